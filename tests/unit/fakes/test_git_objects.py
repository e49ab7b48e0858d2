"""Git's objects, as Git names them."""

from __future__ import annotations

from fakes.git_objects import FILE, FOLDER, GitObjects


def test_names_are_those_that_git_gives() -> None:
    objects = GitObjects()
    assert objects.add("blob", b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert objects.add("blob", b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert objects.add("tree", b"") == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def test_an_object_is_found_by_its_kind() -> None:
    objects = GitObjects()
    name = objects.add("blob", b"hello\n")
    assert (objects.body("blob", name), objects.body("commit", name)) == (b"hello\n", None)


def test_folders_are_made_on_the_way_and_sorted_as_git_does() -> None:
    objects = GitObjects()
    blob = objects.add("blob", b"")
    tree = objects.add_files({"b/c": (FILE, blob), "b.txt": (FILE, blob), "b-": (FILE, blob)})
    assert [*objects.entries(tree)] == ["b-", "b.txt", "b"]
    assert {path: mode for path, (mode, _) in objects.walk(tree).items()} == {
        "b-": FILE,
        "b.txt": FILE,
        "b": FOLDER,
        "b/c": FILE,
    }


def test_a_ref_may_go_forward_only() -> None:
    objects = GitObjects()
    tree = objects.add("tree", b"")
    first = objects.add("commit", f"tree {tree}\n\nfirst".encode())
    second = objects.add("commit", f"tree {tree}\nparent {first}\n\nparent of nothing".encode())
    assert objects.headers(second, "parent") == [first]
    assert objects.descends(second, first)
    assert objects.descends(first, first)
    assert not objects.descends(first, second)
