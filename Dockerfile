# Two stages: pip stays in the first. The second holds the interpreter, the locked libraries and this package, nothing else.
FROM python:3.14-slim@sha256:b877e50bd90de10af8d82c57a022fc2e0dc731c5320d762a27986facfc3355c1 AS build

WORKDIR /build
COPY requirements.txt ./
# Wheels only, each checked against its hash: nothing is compiled, and no version is chosen here.
# PyJWT needs `cryptography` only to sign for GitHub Apps; this program gets finished tokens, so a third of the size is left out.
RUN python -m pip install --no-cache-dir --no-compile --no-deps --only-binary=:all: --require-hashes \
      --root-user-action=ignore --target /app/libraries -r requirements.txt \
    && find /app/libraries -type d \( -name tests -o -name test \) -prune -exec rm -rf {} + \
    && rm -rf /app/libraries/bin /app/libraries/cryptography /app/libraries/cryptography-*.dist-info \
    && find /app/libraries \( -name '*.pyi' -o -name '*.c' -o -name '*.h' -o -name 'RECORD' \) -delete
COPY src/copilot_usage /app/libraries/copilot_usage
COPY templates /app/libraries/copilot_usage/templates
# Bytecode that is never checked against its source: the image is read-only, and the same on every machine.
# The base image has none; without it every start would compile the standard library anew.
RUN PYTHONPYCACHEPREFIX=/app/bytecode python -m compileall -q -j 0 --invalidation-mode unchecked-hash \
      -x '/(site-packages|test|ensurepip|idlelib|pydoc_data|tkinter|turtledemo)/' \
      "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" /app/libraries \
    && mkdir -p /app/bin \
    && printf '#!/bin/sh\nexec /usr/local/bin/python3 -m copilot_usage "$@"\n' > /app/bin/copilot-usage \
    && chmod 755 /app/bin/copilot-usage

FROM python:3.14-slim@sha256:b877e50bd90de10af8d82c57a022fc2e0dc731c5320d762a27986facfc3355c1

ARG VERSION=dev
ARG REVISION=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="Copilot Usage Report" \
      org.opencontainers.image.description="GitHub Copilot usage as a job summary, as files, and as a history" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"

COPY --from=build /app /app
# The runner sets HOME to a folder of the job and the working directory to the workspace; neither has an effect here.
ENV PYTHONPATH=/app/libraries \
    PYTHONPYCACHEPREFIX=/app/bytecode \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONNOUSERSITE=1 \
    PYTHONSAFEPATH=1 \
    PATH=/app/bin:/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin

# No USER: GitHub's runner mounts the workspace for root (docs: "Dockerfile support for GitHub Actions").
ENTRYPOINT ["/usr/local/bin/python3", "-m", "copilot_usage"]
