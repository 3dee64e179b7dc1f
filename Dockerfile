# evalhouse in a container: `docker build -t evalhouse .`, then
#   docker run --rm -v "$PWD/runs:/runs:ro" -v evalhouse:/data evalhouse
# loads /runs, refreshes the views and writes figures and report into the volume.
# Without runs: docker run --rm evalhouse make run
FROM python:3.12-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /evalhouse
# Dependencies change less often than the code.
COPY Makefile requirements*.lock ./
RUN make .venv/installed
COPY . .
ENV EVALHOUSE_DB=/data/evalhouse.duckdb \
    FIGURES=/data/figures \
    REPORT=/data/report.html \
    DBT_TARGET_PATH=/tmp/target \
    DBT_LOG_PATH=/tmp/logs
VOLUME /data
CMD ["make", "run", "DATA=/runs"]
