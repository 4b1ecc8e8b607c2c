"""An XLSX workbook with one sheet, its rows made block by block; the same rows give the same bytes."""

from __future__ import annotations

import datetime
import html
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .text import joined, texts

_DAY_ZERO = np.datetime64("1899-12-30")  # day 0 of Excel's calendar
_STAMP = (2025, 3, 31, 0, 0, 0)  # an archive carries dates; ours must not be today's
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BEFORE = f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'
_AFTER = "</sheetData></worksheet>"
# Cell styles: 0 as it is, 1 a day, 2 a day and time.
_FILES = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
    '<xf numFmtId="22" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def sheet_rows(rows: pd.DataFrame, columns: Sequence[str], damaged: pd.DataFrame) -> bytes:
    """Rows as the XML of a sheet.

    Args:
        rows: n rows; cells of text, numbers, truth values, dates, or nothing.
        columns: Which of its columns, in order.
        damaged: ``row`` (1-based), ``column``, ``text``: what stands in a cell instead.
    """
    cells = [_cells_of(rows[column], damaged[damaged["column"] == column]) for column in columns]
    if not len(rows):
        return b""
    names = {f"c{at}": column for at, column in enumerate(cells)}
    whole = joined("<row>" + "".join(f"${{{name}}}" for name in names) + "</row>", **names)
    return "".join(whole.to_pylist()).encode()


def _cells_of(values: pd.Series, damaged: pd.DataFrame) -> pa.Array:
    missing = pa.array(values.isna().to_numpy())
    if values.dtype.kind == "M":
        cells = _days(values.to_numpy())
    elif values.dtype.kind in "iuf":
        cells = joined("<c><v>$a</v></c>", a=texts(values.to_numpy()))
    elif values.dtype.kind == "b":
        cells = joined('<c t="b"><v>$a</v></c>', a=texts(values.to_numpy().astype("int8")))
    else:
        cells = pa.array([_cell(value) for value in values], pa.string())
    cells = pc.if_else(missing, "<c/>", cells)
    if not len(damaged):
        return cells
    mask = np.zeros(len(values), dtype=bool)
    mask[damaged["row"].to_numpy() - 1] = True
    instead = pa.array([_cell(text) for text in damaged["text"]], pa.string())
    return pc.replace_with_mask(cells, pa.array(mask), instead)


def _days(values: np.ndarray) -> pa.Array:
    whole = values.astype("datetime64[D]")
    has_time = bool((values[~np.isnat(values)] != whole[~np.isnat(values)]).any())
    number = (values.astype("datetime64[s]") - _DAY_ZERO) / np.timedelta64(1, "D")
    shown = texts(number) if has_time else texts(np.nan_to_num(number).astype("int64"))
    return joined('<c s="$s"><v>$a</v></c>', s="2" if has_time else "1", a=shown)


def _cell(value: Any) -> str:
    if value is None or value is pd.NA or value != value:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float | np.integer | np.floating):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, datetime.date):  # a datetime is one too
        return str(_days(np.array([value], dtype="datetime64[s]"))[0])
    return f'<c t="inlineStr"><is><t xml:space="preserve">{html.escape(str(value), quote=False)}</t></is></c>'


def write_workbook(path: Path, sheet: str, columns: Sequence[str], parts: Iterable[Path]) -> None:
    """Put a workbook together from the rows of its parts, in order."""
    header = "<row>" + "".join(_cell(column) for column in columns) + "</row>"
    book = (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        f'<sheet name="{html.escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, text in {**_FILES, "xl/workbook.xml": book}.items():
            archive.writestr(_entry(name), text)
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w") as page:
            page.write((_BEFORE + header).encode())
            for part in parts:
                page.write(part.read_bytes())
            page.write(_AFTER.encode())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_STAMP)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    return entry
