"""Keeps the objects of a plan in JSON, Parquet and NumPy files, exactly and without pickle."""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.errors import FaultError
from planner.findings import Finding
from planner.inputs.data import ControlTotal, PlanningData, Source
from planner.inputs.edits import Edit, Edits
from planner.inputs.likeness import LikelyDuplicate
from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.inputs.reps import Absence, Rep
from planner.inputs.roster import AccountChange, GoalChange, ReportingLine, SeatTenure
from planner.inputs.year_events import YearEvent
from planner.outcomes.result import (
    CompensationCost,
    Outcome,
    Outcomes,
    PayElement,
    PlanAssessment,
    RepPay,
)
from planner.outputs.plan import (
    AlignmentSummary,
    MeasureSummary,
    MovedSummary,
    Plan,
    Provenance,
    RuleLine,
)
from planner.potential.people.ramp_cohorts import RampCurve
from planner.potential.people.score_cards import Metric, Performance, ScoreCard
from planner.potential.pipeline_result import PipelineHealth, RepPipeline, Stage
from planner.potential.result import Potential
from planner.potential.standing import Standing
from planner.quotas.bottom_up import TopDown
from planner.quotas.changes import QuotaBridge
from planner.quotas.fairness_result import FairnessTest
from planner.quotas.parts import QuotaPart
from planner.quotas.result import QuotaDerivation, QuotaLine, QuotaSheet
from planner.quotas.statistics import Estimate
from planner.tracking.ownership import AccountTenure
from planner.tracking.record import ClosedMonth, YearRecord
from planner.units.result import ControlUnits, Eligibility, Seats, Today

if TYPE_CHECKING:
    import pandas as pd

# Only these are ever built from a folder: a file cannot name a class of its own.
KEPT: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        *(AlignmentSummary, MeasureSummary, MovedSummary, Plan, Provenance, RuleLine),
        *(PlanningData, Source, ControlTotal, Currency, Period, Rep, Absence, Finding, Edit, Edits),
        *(Potential, ControlUnits, Seats, Eligibility, Today),
        *(QuotaSheet, QuotaLine, QuotaDerivation, Outcomes, Outcome),
        *(PlanAssessment, CompensationCost, RepPay, PayElement),
        *(FairnessTest, Estimate, QuotaBridge, TopDown),
        *(Standing, Performance, ScoreCard, Metric, PipelineHealth, Stage, RepPipeline, RampCurve),
        *(YearRecord, YearEvent, ClosedMonth, SeatTenure, AccountTenure, QuotaPart),
        *(AccountChange, GoalChange, ReportingLine, LikelyDuplicate),
    )
}
# They differ between two runs of the same command, so they stand in plan.json alone.
VOLATILE = {("Provenance", "seconds"), ("Provenance", "peak_memory_mb")}
LONG_TEXT = 256
SAMPLE = 1 << 14
WORTH_PACKING = 0.4


@dataclass(slots=True)
class Drawer:
    """What a state consists of while it is written or read: arrays and frames by name."""

    folder: Path
    volatile: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    def put(self, array: np.ndarray[Any, Any]) -> str:
        """Keep an array and return its name."""
        if array.dtype.hasobject:
            message = "an array of objects cannot be kept in a plan's folder"
            raise FaultError(message)
        name = f"a{len(self.arrays):05d}"
        self.arrays[name] = array
        return name


def write_state(plan: Plan, folder: Path) -> None:
    """Write a plan's objects into an existing, empty folder."""
    drawer = Drawer(folder=folder)
    objects = _encode(plan, drawer, "plan")
    for name, frame in drawer.frames.items():
        _write_frame(frame, folder / f"{name}.parquet")
    write_arrays(drawer.arrays, folder / "arrays.npz")
    text = json.dumps(objects, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    (folder / "objects.json").write_text(text + "\n", encoding="ascii")


def write_arrays(arrays: dict[str, np.ndarray[Any, Any]], path: Path) -> None:
    """Write arrays as ``numpy.savez_compressed`` does, with less effort to make them small.

    Those that hardly become smaller are written as they are: packing them takes longest.

    Parameters
    ----------
    arrays
        By name.
    path
        Where to.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name, array in arrays.items():
            file = f"{name}.npy"
            entry = file if _packs_well(array) else zipfile.ZipInfo(file)
            with target.open(entry, "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.asanyarray(array), allow_pickle=False)


def _packs_well(array: np.ndarray[Any, Any]) -> bool:
    """Return whether an array is worth packing, by a piece of its middle."""
    flat = array.ravel()
    middle = flat[len(flat) // 2 :][: SAMPLE // max(flat.itemsize, 1)].tobytes()
    return len(zlib.compress(middle, 1)) < WORTH_PACKING * len(middle)


def _write_frame(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa

    try:
        frame.to_parquet(path, compression="zstd")
    except pa.ArrowException as error:
        message = f"the table {path.stem} holds values that no Parquet column can keep: {error}"
        raise FaultError(message) from error


def read_state(folder: Path, volatile: dict[str, Any]) -> Plan:
    """Return the plan that ``write_state`` kept in a folder.

    Parameters
    ----------
    volatile
        ``seconds`` and ``peak_memory_mb``, which the state itself does not hold.
    """
    objects = json.loads((folder / "objects.json").read_text(encoding="ascii"))
    with np.load(folder / "arrays.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    drawer = Drawer(folder=folder, volatile=volatile, arrays=arrays)
    plan = _decode(objects, drawer)
    if not isinstance(plan, Plan):
        message = f"the state holds a {type(plan).__name__}, not a plan"
        raise TypeError(message)
    return plan


def _encode(value: Any, drawer: Drawer, name: str) -> Any:
    if value is None or isinstance(value, (bool, str)) or type(value) is int:
        return value
    if isinstance(value, (float, np.generic)):
        return _encode_number(value)
    if isinstance(value, (date, np.ndarray)):
        return _encode_leaf(value, drawer)
    if isinstance(value, (tuple, list, set, frozenset, dict)):
        return _encode_series(value, drawer, name)
    return _encode_object(value, drawer, name)


def _encode_leaf(value: date | np.ndarray[Any, Any], drawer: Drawer) -> dict[str, str]:
    if isinstance(value, np.ndarray):
        return {"$array": drawer.put(value)}
    return {"$time" if isinstance(value, datetime) else "$date": value.isoformat()}


def _encode_number(value: Any) -> Any:
    number = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, float) and not math.isfinite(number):
        return {"$float": repr(number)}
    return number


def _encode_object(value: Any, drawer: Drawer, name: str) -> dict[str, Any]:
    if not is_dataclass(value):
        return _encode_table(value, drawer, name)
    kind = type(value).__name__
    if KEPT.get(kind) is not type(value):
        message = f"a plan's folder has no place for a {kind}"
        raise FaultError(message)
    return {"$type": kind} | {
        item.name: _encode(getattr(value, item.name), drawer, item.name)
        for item in fields(value)
        if (kind, item.name) not in VOLATILE
    }


def _encode_series(value: Any, drawer: Drawer, name: str) -> Any:
    if isinstance(value, dict):
        return _encode_mapping(value, drawer, name)
    if isinstance(value, (set, frozenset)):
        return {"$set": sorted(value)}
    if len(value) > LONG_TEXT and all(type(item) is str for item in value):
        return {"$texts": _encode_texts(value, drawer), "tuple": isinstance(value, tuple)}
    items = [_encode(item, drawer, f"{name}_{place}") for place, item in enumerate(value)]
    return items if isinstance(value, tuple) else {"$list": items}


def _encode_texts(texts: Any, drawer: Drawer) -> list[str]:
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
    whole = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    return [drawer.put(ends), drawer.put(whole)]


def _encode_mapping(value: dict[Any, Any], drawer: Drawer, name: str) -> dict[str, Any]:
    if all(type(key) is str and not key.startswith("$") for key in value):
        return {key: _encode(item, drawer, f"{name}_{key}") for key, item in value.items()}
    pairs = [
        [_encode(key, drawer, name), _encode(item, drawer, name)] for key, item in value.items()
    ]
    return {"$dict": pairs}


def _encode_table(value: Any, drawer: Drawer, name: str) -> dict[str, Any]:
    import geopandas as gpd
    import pandas as pd
    from scipy import sparse

    if sparse.issparse(value):
        rows = sparse.csr_array(value)  # type: ignore[call-overload]  # the stubs know no base class
        parts = [drawer.put(part) for part in (rows.data, rows.indices, rows.indptr)]
        return {"$sparse": parts, "shape": list(rows.shape)}
    if isinstance(value, pd.DataFrame):
        if name in drawer.frames:
            message = f"two tables of the plan are both called {name}"
            raise FaultError(message)
        drawer.frames[name] = value
        return {"$frame": name, "geo": isinstance(value, gpd.GeoDataFrame)}
    message = f"a plan's folder has no place for a {type(value).__name__}"
    raise FaultError(message)


def _decode(value: Any, drawer: Drawer) -> Any:
    if isinstance(value, list):
        return tuple(_decode(item, drawer) for item in value)
    if not isinstance(value, dict):
        return value
    tag = next((key for key in value if key.startswith("$")), "")
    if tag:
        return DECODERS[tag](value, drawer)
    return {key: _decode(item, drawer) for key, item in value.items()}


def _decode_object(value: dict[str, Any], drawer: Drawer) -> Any:
    kind = KEPT[value["$type"]]
    parts = {key: _decode(item, drawer) for key, item in value.items() if key != "$type"}
    parts |= {
        key: drawer.volatile[key] for owner, key in sorted(VOLATILE) if owner == kind.__name__
    }
    return kind(**parts)


def _decode_list(value: dict[str, Any], drawer: Drawer) -> list[Any]:
    return [_decode(item, drawer) for item in value["$list"]]


def _decode_mapping(value: dict[str, Any], drawer: Drawer) -> dict[Any, Any]:
    return {_decode(key, drawer): _decode(item, drawer) for key, item in value["$dict"]}


def _decode_texts(value: dict[str, Any], drawer: Drawer) -> tuple[str, ...] | list[str]:
    ends, whole = (drawer.arrays[name] for name in value["$texts"])
    data, stops = whole.tobytes(), ends.tolist()
    texts = [
        data[start:stop].decode("utf-8", "surrogatepass")
        for start, stop in zip([0, *stops[:-1]], stops, strict=True)
    ]
    return tuple(texts) if value["tuple"] else texts


def _decode_sparse(value: dict[str, Any], drawer: Drawer) -> Any:
    from scipy import sparse

    data, indices, pointers = (drawer.arrays[name] for name in value["$sparse"])
    shape: Any = tuple(value["shape"])
    return sparse.csr_array((data, indices, pointers), shape=shape)


def _decode_frame(value: dict[str, Any], drawer: Drawer) -> pd.DataFrame:
    import geopandas as gpd
    import pandas as pd

    path = drawer.folder / f"{Path(value['$frame']).name}.parquet"
    return gpd.read_parquet(path) if value["geo"] else pd.read_parquet(path)


DECODERS: dict[str, Callable[[dict[str, Any], Drawer], Any]] = {
    "$type": _decode_object,
    "$list": _decode_list,
    "$dict": _decode_mapping,
    "$texts": _decode_texts,
    "$sparse": _decode_sparse,
    "$frame": _decode_frame,
    "$array": lambda value, drawer: drawer.arrays[value["$array"]],
    "$date": lambda value, _: date.fromisoformat(value["$date"]),
    "$time": lambda value, _: datetime.fromisoformat(value["$time"]),
    "$float": lambda value, _: float(value["$float"]),
    "$set": lambda value, _: frozenset(value["$set"]),
}
