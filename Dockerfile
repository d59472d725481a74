# The server for one repository, as an ordinary user over a checkout it cannot change.
#
#   docker build -t hyperrun .
#   docker run --read-only --tmpfs /tmp -p 127.0.0.1:5001:5001 \
#     -v "$PWD":/repository:ro -v hyperrun:/data --env-file .env hyperrun
#
# Put a proxy that ends TLS in front, name it in HYPERRUN_TRUSTED_PROXIES, and set HYPERRUN_PUBLIC_URL
# and HYPERRUN_SITE_URL; compose.yaml does. Node builds the assets and stays behind.

FROM python:3.12-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY main.py components.py embed.py ./
COPY hyperrun hyperrun
COPY static static
# Left out is what comes along and is imported by nothing here: a third of the whole, of onnx its
# tests' data. Bytecode is written of what the server imports, and of nothing else.
RUN uv sync --no-cache --no-default-groups --extra postgres --extra meaning --no-compile-bytecode \
      --no-install-package ast-grep-py --no-install-package babel --no-install-package hf-xet \
      --no-install-package numpydoc --no-install-package sphinx \
 && uv build --no-cache --wheel --out-dir dist \
 && uv pip install --no-cache --no-deps dist/*.whl \
 && rm -r .venv/lib/python*/site-packages/onnx/backend \
 && LITELLM_LOCAL_MODEL_COST_MAP=True .venv/bin/python -P -c \
      "import hyperrun.app.main, hyperrun.search.build, lisette, uvicorn, psycopg_pool"

FROM python:3.12-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin hyperrun \
 && install --directory --owner hyperrun --mode 0700 /data \
 # The repository is the host's, and git asks no further than this one folder.
 && git config --system --add safe.directory /repository
COPY --from=build /app/.venv /app/.venv
WORKDIR /data
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/data \
    HOST=0.0.0.0 \
    HYPERRUN_REPO_PATH=/repository \
    HYPERRUN_DATA_DIR=/data
USER 10001
VOLUME /data
EXPOSE 5001
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", \
  "import urllib.request as r; r.urlopen('http://127.0.0.1:5001/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["hyperrun"]
