"""Where a form stands: its scores in the shapes that screens and briefs have for practices of the catalogue."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from criteria.framework import AnswerId, Framework
from criteria.next_steps import OWN
from criteria.scoring import Scores, encode, score
from practices_db import frames as pd
from practices_db.catalogue.texts import CODES
from practices_db.files.self_assessment.form import OwnAssessment
from practices_db.translation import _


def scores(framework: Framework, form: OwnAssessment) -> Scores:
    """Return the scores of a form; the one practice in them is ``OWN``."""
    given = form.form
    rows: list[tuple[str, str, AnswerId, int]] = [
        (OWN, one.id, given.get(one.id, "not-documented"), form.evidence.get(one.id, 0)) for one in framework.indicators
    ]
    return score(framework, encode(framework, rows))


def score_rows(framework: Framework, form: OwnAssessment) -> pd.DataFrame:
    """Return a row for every criterion and question with the columns of ``practice_score``; None where nothing is
    said.
    """
    found = scores(framework, form)
    rows = [{"node": node.id, "level": node.level} | asdict(found.of(OWN, node.id)) for node in found.nodes]
    return pd.DataFrame(rows).astype({"strongest_evidence": "Int64"})


def card(framework: Framework, form: OwnAssessment) -> dict[str, Any]:
    """Return what of ``practice_card`` a form can say."""
    found = scores(framework, form)
    facts: dict[str, Any] = {
        "id": form.profile.practice_id or OWN,
        "name": form.profile.name.strip() or _("Your practice"),
        "assessed": True,
        "answered": len(form.evidence),
        "answer_codes": "".join(
            f"{CODES[form.form.get(one.id, 'not-documented')]}{form.evidence.get(one.id, 0)}"
            for one in framework.indicators
        ),
    }
    for criterion in framework.headlines:
        of = asdict(found.of(OWN, criterion.id))
        facts |= {f"{criterion.id}_{name}": value for name, value in of.items()}
    return facts
