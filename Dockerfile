# Build arguments, all optional (docs/docker.md):
#   PYTHON_IMAGE    the base of both stages
#   PIP_INDEX_URL   another package index; hashes are checked there too
#   VERSION, REVISION, CREATED   values of the labels
ARG PYTHON_IMAGE=python:3.12-slim


FROM ${PYTHON_IMAGE} AS builder

ARG PIP_INDEX_URL
COPY requirements.txt ./
# The environment has no pip of its own. Only wheels are installed: nothing is built, and no code of
# a package runs during installation. Below, only the modules that are used are compiled.
RUN python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv/bin/python install --disable-pip-version-check --no-cache-dir \
        --no-compile --only-binary :all: --require-hashes -r requirements.txt
# Remove what packages contain for their own tests, for compilers and for debuggers. Libraries in
# *.libs were patched when their package was built, and are not stripped.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils \
    && cd /opt/venv/lib/python*/site-packages \
    && find . -type d -name tests -prune -exec rm -r {} + \
    && find . -type f -regextype posix-extended -regex '.*\.(pyi|pxd|pyx|h|c|cpp|a)' -delete \
    && find . -type f -name '*.so' -not -path '*.libs/*' -exec strip --strip-unneeded {} +
COPY LICENSE gunicorn.conf.py /app/
COPY dateline /app/dateline
# A checkout may be readable only by its owner (umask 077), and the user below is another.
RUN chmod -R a+rX /app


FROM ${PYTHON_IMAGE}

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1
WORKDIR /app
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /app ./
# Neither the base image nor the packages contain compiled modules, and at run time nothing can be
# written: without these imports, every process would compile what it imports.
# /data is for an archive in an SQLite file; a volume there takes over its owner.
RUN python -c "import dateline.app, dateline.cli, gunicorn.app.wsgiapp, \
        gunicorn.workers.gthread, pymysql, urllib.request" \
    && install -d -o 10001 -g 10001 /data

ENV DATELINE_DATABASE_URL=sqlite:////data/dateline.db \
    PYTHONDONTWRITEBYTECODE=1
# Numeric, so that an orchestrator can check that it is not root.
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["python", "-m", "dateline"]
CMD ["serve", "--host", "0.0.0.0"]

# Last, because they change with every build.
ARG PYTHON_IMAGE
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="Dateline" \
      org.opencontainers.image.description="Keeps what was published, where and when; says exactly what it could not keep; answers searches at once." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="${PYTHON_IMAGE}"
