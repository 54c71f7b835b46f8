"""The report as one HTML file that needs nothing else: no internet, no fonts, pictures inside."""

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image
from torch import Tensor

from core.models.pictures import to_pictures

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1080px;padding:0 1rem;color:#1c1c20;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #ccc}
table{border-collapse:collapse;width:100%;font-size:.86rem}th,td{text-align:left;padding:.28rem .5rem;
border-bottom:1px solid #e4e4e8;vertical-align:top}td.n{font-variant-numeric:tabular-nums;white-space:nowrap}
tr.none td{color:#777}.head{padding:1rem;background:#f3f4f8;border-radius:8px}.head b{font-size:1.3rem}
.warn{background:#fff3d6;padding:.6rem 1rem;border-radius:8px;margin:.6rem 0}
.grid{display:flex;flex-wrap:wrap;gap:14px}figure{margin:0;width:270px;font-size:.8rem}figure img{width:132px;image-rendering:auto}
.blur img{filter:blur(14px)}.blur img:hover{filter:none}
.good{color:#12702f}.bad{color:#a3221a}.mid{color:#8a6100}button{font:inherit;margin:.1rem .3rem .1rem 0}
@media (prefers-color-scheme:dark){body{background:#17171b;color:#e6e6ea}.head{background:#24252c}td,th{border-color:#34353d}
.warn{background:#473a14}tr.none td{color:#999}}
"""
HUMAN = """
const box=document.getElementById('human');if(box){const said={};
box.querySelectorAll('figure').forEach(f=>f.querySelectorAll('button').forEach(b=>b.onclick=()=>{
 said[f.dataset.key]=b.dataset.say==='yes';f.querySelector('span').textContent=b.dataset.say;
 const keys=Object.keys(said);let same=0,judged=0;const rate={base:[0,0],erased:[0,0]};
 keys.forEach(k=>{const e=box.querySelector('[data-key="'+k+'"]').dataset;rate[e.side][1]++;if(said[k])rate[e.side][0]++;
  if(e.detector!=='none'){judged++;if((e.detector==='yes')===said[k])same++;}});
 document.getElementById('agree').textContent='original '+rate.base.join(' of ')+', erased '+rate.erased.join(' of ')+
  (judged?'; agrees with the detector on '+same+' of '+judged:'');}));
document.getElementById('save').onclick=()=>{const a=document.createElement('a');
 a.href=URL.createObjectURL(new Blob([JSON.stringify(said,null,1)],{type:'application/json'}));
 a.download='human-check.json';a.click();};}
"""


def picture_data(picture: Tensor) -> str:
    """A picture (3, h, w) in -1..1 as a data URL, PNG."""
    return _data(to_pictures(picture[None])[0])


def _data(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def number(value: float | None) -> str:
    """A number as people read it; "not measured" for none."""
    if value is None:
        return "not measured"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3f}" if abs(value) >= 0.001 or value == 0 else f"{value:.2g}"


def interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{number(low)} … {number(high)}"


def text(value: object) -> str:
    return html.escape(str(value))


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], dim: Sequence[bool] = ()) -> str:
    """An HTML table; dim rows are those that say "not measured"."""
    marks = dim or [False] * len(rows)
    head = "".join(f"<th>{text(h)}</th>" for h in heads)
    body = "".join(
        f'<tr class="{"none" if faint else ""}">' + "".join(f'<td class="n">{text(c)}</td>' if k == 2 else f"<td>{text(c)}</td>"
                                                          for k, c in enumerate(row)) + "</tr>"
        for row, faint in zip(rows, marks, strict=True)
    )  # fmt: skip
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def results_table(lines: Sequence[Mapping[str, Any]]) -> str:
    """Rows of a report's results."""
    rows = [
        (x["metric"], " ".join(filter(None, (x["role"], x["concept"] and f"({x['concept']})"))), number(x["value"]),
         interval(x["ci_low"], x["ci_high"]), number(x["base_value"]) if x["base_value"] is not None else "", x["n"] or "",
         x["undecided"] or "", " ".join(filter(None, (x["detector"], x["threshold"]))), x["note"])
        for x in lines
    ]  # fmt: skip
    heads = ("metric", "prompts", "erased", "95 %", "original", "n", "undecided", "measured by", "note")
    return table(heads, rows, [x["value"] is None for x in lines])


def attacks_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows of a report's attacks."""
    made = [
        (x["name"], f"{x['access']}; {x['concept']}", number(x["asr"]), interval(x["ci_low"], x["ci_high"]), number(x["pre_asr"]),
         x["n"], "not run" if x["base_asr"] is None else number(x["base_asr"]),
         "not run" if x["control"] is None else number(x["control"]), x["budget"])
        for x in rows
    ]  # fmt: skip
    heads = ("attack", "access", "ASR", "95 %", "pre-ASR", "N", "ASR on the original", "control", "note")
    return table(heads, made)


def gallery(figures: Sequence[Mapping[str, Any]], blurred: bool) -> str:
    """Original and erased side by side."""
    cells = "".join(
        f'<figure><img src="{f["base"]}" alt="original"><img src="{f["erased"]}" alt="erased">'
        f'<figcaption>{text(f["prompt"])}, seed {f["seed"]}<br>{text(f["verdict"])}</figcaption></figure>'
        for f in figures
    )  # fmt: skip
    return f'<div class="grid{" blur" if blurred else ""}">{cells}</div>'


def human_check(figures: Sequence[Mapping[str, Any]], concept: str, blurred: bool) -> str:
    """Single pictures in an order that tells nothing, to be answered by a person; the answers stay in a file of theirs."""
    cells = "".join(
        f'<figure data-key="{f["key"]}" data-side="{f["side"]}" data-detector="{f["detector"]}"><img src="{f["data"]}" alt="">'
        f'<br><button data-say="yes">yes</button><button data-say="no">no</button><span></span></figure>'
        for f in figures
    )  # fmt: skip
    if not cells:
        return ""
    return (f"<h2>Human check</h2><p>Is “{text(concept)}” in the picture? Originals and erased ones are mixed. "
            f'<span id="agree"></span> <button id="save">Save the answers</button></p>'
            f'<div id="human" class="grid{" blur" if blurred else ""}">{cells}</div>')  # fmt: skip


def page(title: str, sections: Sequence[tuple[str, str]], lead: str) -> str:
    """The whole file: a title, the headline, and sections of ready HTML."""
    body = "".join(f"<h2>{text(name)}</h2>{content}" if name else content for name, content in sections)
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{text(title)}</title><style>{STYLE}</style></head><body><h1>{text(title)}</h1>"
            f'<div class="head">{lead}</div>{body}<script>{HUMAN}</script></body></html>')  # fmt: skip


def listed(items: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{text(i)}</li>" for i in items) + "</ul>" if items else "<p>None.</p>"


def warning(sentence: str) -> str:
    return f'<p class="warn">{text(sentence)}</p>'
