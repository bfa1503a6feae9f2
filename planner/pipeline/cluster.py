"""The workers of a Dask cluster, for the same jobs that processes of this machine do."""

from __future__ import annotations

import platform
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from planner import __version__
from planner.errors import ScenarioError
from planner.pipeline.plan_assembly import LIBRARIES
from planner.pipeline.workers import ROUNDS, Work

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 30.0


@contextmanager
def join_cluster(address: str) -> Iterator[ClusterWorkers]:
    """Yield the workers of a running scheduler.

    Parameters
    ----------
    address
        Of the scheduler, such as ``tcp://10.0.0.5:8786``.

    Raises
    ------
    ScenarioError
        When the libraries are not installed, nobody answers, there are no workers, or they run
        other versions, whose results could differ.
    """
    try:
        from distributed import Client
    except ImportError:
        message = (
            "--cluster needs the libraries dask and distributed: install them with "
            "pip install 'territory-planner[cluster]'."
        )
        raise ScenarioError(message) from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        message = f"No Dask scheduler answers at {address} ({type(error).__name__})."
        raise ScenarioError(message) from None
    with client:
        _refuse_strangers(client, address)
        yield ClusterWorkers(client)


def tool_versions() -> dict[str, str]:
    """Return the versions that decide a plan's figures."""
    found = {"territory-planner": __version__, "python": platform.python_version()}
    return found | {library: version(library) for library in LIBRARIES}


def _refuse_strangers(client: Client, address: str) -> None:
    """Refuse a cluster without workers, or whose workers would work out something else."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise ScenarioError(f"The Dask scheduler at {address} has no workers.") from None
    try:
        found: Mapping[str, Mapping[str, str]] = client.run(tool_versions)
    except (ImportError, AttributeError) as error:
        message = (
            f"The workers at {address} lack the planner: {error}. Install the same version there."
        )
        raise ScenarioError(message) from None
    own = tool_versions()
    for worker in sorted(found):
        wrong = [
            f"{name} {found[worker].get(name)} instead of {ours}"
            for name, ours in own.items()
            if found[worker].get(name) != ours
        ]
        if wrong:
            message = f"The worker {worker} has {', '.join(wrong)}: its results could differ."
            raise ScenarioError(message)


class ClusterWorkers:
    """The workers of a scheduler; see :class:`planner.pipeline.workers.Workers`.

    Parameters
    ----------
    client
        Connected.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def run(
        self, work: Work, shared: Sequence[bytes], jobs: Sequence[tuple[int, bytes]]
    ) -> Generator[tuple[int, bytes | None], None, None]:
        """Yield each job's place and result as it is done, whoever dies meanwhile."""
        waiting = dict(enumerate(jobs))
        for _ in range(ROUNDS):
            with closing(self._run_once(work, shared, waiting)) as results:
                for place, result in results:
                    del waiting[place]
                    yield place, result
            if not waiting:
                return
        for place in waiting:
            yield place, None

    def _run_once(
        self, work: Work, shared: Sequence[bytes], jobs: Mapping[int, tuple[int, bytes]]
    ) -> Generator[tuple[int, bytes], None, None]:
        """Yield what comes back; what was lost with a worker stays for the next round."""
        from distributed import as_completed

        # Copies on every worker: one that dies takes no shared part away with it.
        parts = {
            place: self._client.scatter(shared[place], broadcast=True, hash=False)
            for place in sorted({part for part, _ in jobs.values()})
        }
        futures: dict[Future[Any], int] = {
            self._client.submit(work, parts[part], job, pure=False): place
            for place, (part, job) in jobs.items()
        }
        places = {future.key: place for future, place in futures.items()}
        try:
            for future in as_completed(list(futures), loop=self._client.loop):
                if future.status == "finished":
                    yield places[future.key], future.result()
                    future.release()
        finally:
            self._client.cancel(list(futures), force=True)
