"""Start Apache Spark: a Spark Connect server by itself, or over a cluster on the loopback.

Spark is in $SPARK_HOME, or is the package pyspark (not pyspark-client), and needs Java 17.
"""

import contextlib
import importlib.util
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

SETTINGS = {
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.ui.enabled": "false",
    # On a busy machine the side of a join that every task gets takes longer than 5 minutes.
    "spark.sql.broadcastTimeout": "3600",
}
# Small data in many tables: a task for each of 200 partitions, and a new plan after each
# stage, would be most of the work.
SMALL = {"spark.sql.adaptive.enabled": "false", "spark.sql.shuffle.partitions": "1"}
# Medians and fingerprints of more groups than 128 would sort all rows, and so would each
# join of attempts with tasks or agents.
LARGE = {
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.objectHashAggregate.sortBased.fallbackThreshold": "100000",
    # A table in memory does not spill: of larger ones, rows are sorted after all.
    "spark.sql.adaptive.maxShuffledHashJoinLocalMapThreshold": "16m",
}
# What is compiled must have room.
JAVA_OPTIONS = "-XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC"
# The second compiler of the JVM would take half of a small build's time, and most of what
# it compiles runs once.
SMALL_JAVA_OPTIONS = "-XX:TieredStopAtLevel=1"


def home() -> Path | None:
    """Return where Spark is; None where it is not installed."""
    if "SPARK_HOME" in os.environ:
        return Path(os.environ["SPARK_HOME"])
    spec = importlib.util.find_spec("pyspark")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    return folder if folder and (folder / "jars").is_dir() else None


@contextlib.contextmanager
def connect_server(
    folder: Path,
    memory: int = 4,
    *,
    is_large: bool = False,
    master: str = "local[2]",
    **settings: str,
) -> Iterator[tuple[str, subprocess.Popen]]:
    """Run a Spark Connect server with its tables in `folder`; yield its address.

    `memory` is the server's heap, in GB.
    """
    port = _free_port()
    java_options = JAVA_OPTIONS if is_large else f"{JAVA_OPTIONS} {SMALL_JAVA_OPTIONS}"
    said = SETTINGS | (LARGE if is_large else SMALL)
    said |= {
        "spark.connect.grpc.binding.port": str(port),
        "spark.executor.extraJavaOptions": java_options,
        "spark.sql.warehouse.dir": str(folder / "tables"),
        **{name.replace("_", "."): value for name, value in settings.items()},
    }
    command = ["bin/spark-submit", "--master", master, "--driver-memory", f"{memory}g"]
    command += ["--driver-java-options", java_options]
    for name, value in said.items():
        command += ["--conf", f"{name}={value}"]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    with _running(folder, "server", command) as process:
        _wait_for(port, process)
        yield f"sc://127.0.0.1:{port}", process


@contextlib.contextmanager
def cluster(folder: Path, memory: int) -> Iterator[tuple[str, list]]:
    """Run a master and two workers of one core; yield the master's URL and the workers.

    `memory` is what executors of a worker may take, in GB.
    """
    port = _free_port()
    package = "org.apache.spark.deploy"
    host = ["--host", "127.0.0.1", "--webui-port", "0"]
    master = ["bin/spark-class", f"{package}.master.Master", *host, "--port", str(port)]
    url = f"spark://127.0.0.1:{port}"
    with contextlib.ExitStack() as stack:
        _wait_for(port, stack.enter_context(_running(folder, "master", master)))
        worker = ["bin/spark-class", f"{package}.worker.Worker", *host]
        worker += ["--cores", "1", "--memory", f"{memory}g"]
        workers = []
        for number in range(2):
            own = folder / f"worker_{number}"
            command = [*worker, "--work-dir", str(own / "work"), url]
            workers.append(stack.enter_context(_running(own, "worker", command)))
        yield url, workers


@contextlib.contextmanager
def cluster_server(
    folder: Path, memory: int = 2, *, is_large: bool = False
) -> Iterator[tuple[str, list]]:
    """Run a cluster and a Spark Connect server on it; yield its address and the workers.

    `memory` is the heap of each executor, in GB; there is one on each worker.
    """
    with (
        cluster(folder, memory + 1) as (url, workers),
        connect_server(
            folder,
            2,
            is_large=is_large,
            master=url,
            spark_executor_memory=f"{memory}g",
        ) as (address, _),
    ):
        yield address, workers


def kill(process: subprocess.Popen) -> None:
    """Kill a process with all that it has started, such as a worker's executors."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def _running(folder: Path, name: str, command: list[str]) -> Iterator[subprocess.Popen]:
    folder.mkdir(parents=True, exist_ok=True)
    spark = home()
    own = {"SPARK_HOME": str(spark), "SPARK_LOCAL_IP": "127.0.0.1"}
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [spark / command[0], *command[1:]],
            cwd=folder,
            env=os.environ | own,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen, seconds: int = 300) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.2)
    raise RuntimeError(f"Spark does not listen on port {port}: see its log")
