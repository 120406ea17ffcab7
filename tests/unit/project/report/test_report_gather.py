"""What the report says, before words."""

from __future__ import annotations

import pytest

from kitae.project.report import evaluate_json, gather
from kitae.project.report.timing import duration_of
from kitae.records.evaluation import Constant, Difference, Score
from kitae.records.store import Product
from support.report_fixtures import (
    LONG_JAPANESE,
    ProjectMaker,
    data_products,
    empty_project,
    evaluation,
    free_text,
    gate_verdict,
    improved_project,
    model_products,
    not_better,
    refused_project,
    run_log,
    waiting_project,
    zero_row_project,
)


def keys(view):
    return [message.key for paragraph in view.headline.paragraphs for message in paragraph]


def steps(view):
    return [message.key for message in view.next_steps]


def test_report_of_a_finished_project_has_every_section(improved):
    view = gather(*improved.arguments)
    assert view.headline.title.key == "report.title.improved_trying"
    assert view.headline.tone == "good"
    assert [f.stage for f in view.flow] == [
        "collect", "split", "generate", "review", "clean", "build",
    ]  # fmt: skip
    assert view.evaluation
    assert view.plan
    assert view.gate
    assert view.curve
    assert view.bundle
    assert view.dataset
    assert len(view.lineage) == 12
    assert view.run_at.startswith("2026-03-01")
    assert view.versions["torch"] == "2.9.0"


def test_headline_holds_scores_difference_constant_and_detectable_size(improved):
    view = gather(*improved.arguments)
    assert keys(view) == [
        "report.result.exact_match",
        "report.result.difference_in_groups.share",
        "report.result.constant_beaten.share",
        "report.result.detectable.share",
        "report.usable.yes",
        "report.trying.why",
    ]


def test_embedded_base_is_said_to_be_for_trying_and_a_real_one_comes_first(tmp_path):
    trying = gather(*improved_project(tmp_path / "a").arguments)
    real = gather(*improved_project(tmp_path / "b", is_for_trying=False).arguments)
    assert steps(trying)[0] == "report.next.real_base"
    assert real.headline.title.key == "report.title.improved_usable"
    assert "report.trying.why" not in keys(real)
    assert "report.next.real_base" not in steps(real)


def test_better_by_loss_but_unusable_says_both(tmp_path):
    view = gather(*improved_project(tmp_path, **free_text(is_for_trying=False)).arguments)
    assert view.headline.title.key == "report.title.improved_unusable"
    assert view.headline.tone == "mixed"
    assert "report.usable.no" in keys(view)
    assert "report.next.larger_base" in keys(view), "the reason from the artifact is shown"
    assert "report.next.chat" not in steps(view)


def test_no_measurable_improvement_says_so_and_shows_regressions_and_next_step(tmp_path):
    view = gather(*improved_project(tmp_path, **not_better(is_for_trying=False)).arguments)
    assert view.headline.badge.key == "report.verdict.no_measurable_improvement"
    assert view.headline.title.key == "report.title.no_measurable_improvement"
    difference = view.headline.paragraphs[0][1]
    assert difference.values["change"] == "+0.4"
    assert difference.values["change_span"] == "−1.9\u00a0–\u00a0+2.7"
    assert difference.values["n"] == 60
    assert view.answers
    assert view.answers.got_worse
    assert {"report.next.read_worse", "report.next.more_examples"} <= set(steps(view))


def test_beating_the_base_but_not_the_constant_names_the_constant(tmp_path):
    constant = Constant(
        score=0.92, ci95=(0.87, 0.96), answers={"": "yes"},
        difference=Difference(score=0.013, ci95=(-0.03, 0.05), p_value=0.4),
    )  # fmt: skip
    changes = {"constant": constant, "verdict": "no_measurable_improvement"}
    view = gather(*improved_project(tmp_path, **changes).arguments)
    assert "report.result.constant_decides.share" in keys(view)


def test_worse_is_said_plainly(tmp_path):
    changes = {
        "verdict": "worse",
        "after": Score(score=0.01, ci95=(0.0, 0.02)),
        "difference": Difference(score=-0.015, ci95=(-0.03, -0.001), p_value=0.03),
    }
    view = gather(*improved_project(tmp_path, **changes).arguments)
    assert view.headline.title.key == "report.title.worse"
    assert view.headline.tone == "bad"


def test_refused_gate_comes_first_with_how_to_mend_and_no_model_sections(tmp_path):
    view = gather(*refused_project(tmp_path).arguments)
    assert view.headline.title.key == "report.title.gate_refused"
    assert [p.name for p in view.headline.points] == ["constant_answers"]
    assert view.headline.points[0].fix
    assert view.evaluation is None
    assert view.plan is None
    assert view.curve is None
    assert "report.next.override" in steps(view)


def test_results_behind_a_stage_that_stopped_are_not_shown(tmp_path):
    maker = ProjectMaker(tmp_path)
    for stage, product in {**data_products(), **model_products()}.items():
        maker.seal(stage, product)
    maker.seal("gate", Product(records={"verdict": gate_verdict("fail")}))
    view = gather(*maker.project("stale", ("gate", "refused")).arguments)
    assert view.evaluation is None
    assert view.bundle is None
    assert "tune" not in [entry.stage for entry in view.lineage]


def test_waiting_for_review_names_the_command(tmp_path):
    view = gather(*waiting_project(tmp_path).arguments)
    assert view.headline.title.key == "report.title.waiting"
    assert steps(view)[0] == "report.next.review"


def test_failed_stage_says_what_the_run_log_says(tmp_path):
    maker = ProjectMaker(tmp_path)
    maker.seal("collect", data_products()["collect"])
    project = maker.project("broken", ("split", "failed"))
    project.events.append(
        {"at": "", "t": 1.0, "kind": "stage.stopped", "stage": "split", "data": {"what": "Boom."}}
    )
    view = gather(*project.arguments)
    assert view.headline.title.values["stage"] == "@stage.split"
    assert view.headline.paragraphs[0][0].values["what"] == "Boom."


@pytest.mark.parametrize("make", [empty_project, zero_row_project])
def test_project_without_rows_is_told_to_run(make, tmp_path):
    view = gather(*make(tmp_path).arguments)
    assert view.headline.tone == "neutral"
    assert steps(view) == ["report.next.run"]


def test_flow_counts_every_dropped_row_once_by_reason(improved):
    view = gather(*improved.arguments)
    for flow in view.flow:
        dropped = sum(g.count for g in flow.reasons if g.kind == "dropped")
        quarantined = sum(g.count for g in flow.reasons if g.kind == "quarantined")
        assert (dropped, quarantined) == (flow.counts.dropped, flow.counts.quarantined)


def test_reasons_come_most_frequent_first_with_a_few_short_examples(improved):
    clean = next(f for f in gather(*improved.arguments).flow if f.stage == "clean")
    dropped = [g for g in clean.reasons if g.kind == "dropped"]
    assert [g.code for g in dropped] == ["near_duplicate", "exact_duplicate", "question_too_short"]
    assert len(dropped[0].examples) == 3
    assert all(len(x.text) <= 280 for g in dropped for x in g.examples)
    assert dropped[0].examples[1].text.startswith(LONG_JAPANESE[:20])


def test_change_deep_in_a_text_is_shown_where_it_is(improved):
    clean = next(f for f in gather(*improved.arguments).flow if f.stage == "clean")
    mojibake = next(g for g in clean.reasons if g.code == "mojibake")
    assert mojibake.examples[0].answer.endswith("café")


def test_forecast_stands_beside_what_happened(improved):
    view = gather(*improved.arguments)
    compared = {c.quantity: c for c in view.comparisons}
    assert compared["duration_s"].actual == 76.4
    assert compared["memory_gib"].actual == 0.913
    assert compared["steps"].actual == 340


def test_time_of_a_resumed_tune_holds_both_sittings():
    def event(kind, t, **data):
        return {"at": "", "t": t, "kind": kind, "stage": "tune", "data": data}

    cut = [event("stage.started", 5.0), event("tune.step", 25.0, step=3)]
    done = [
        event("stage.started", 1.0),
        event("tune.resumed", 1.1, step=2),
        event("stage.finished", 31.0, duration_s=30.0),
    ]
    anew = [done[0], done[2]]
    assert duration_of("tune", cut + done) == 50.0
    assert duration_of("tune", cut + anew) == 30.0
    assert duration_of("tune", cut) is None


def test_unfinished_tuning_shows_how_far_it_went(tmp_path):
    maker = ProjectMaker(tmp_path)
    maker.seal("collect", data_products()["collect"])
    project = maker.project("stopped", ("tune", "failed"))
    for step, loss in ((1, 2.0), (2, 1.5), (2, 1.4)):
        data = {"step": step, "loss": loss}
        project.events.append(
            {"at": "", "t": step, "kind": "tune.step", "stage": "tune", "data": data}
        )
    curve = gather(*project.arguments).curve
    assert curve
    assert [(p.step, p.loss) for p in curve.train] == [(1, 2.0), (2, 1.4)]
    assert curve.best_step is None


def test_overrides_are_shown_only_for_the_artifact_they_were_typed_for(tmp_path):
    project = improved_project(tmp_path, overrides=("Carried along.",))
    current = project.artifacts["gate"].content_hash
    entries = [
        {"stage": "gate", "artifact": current, "reason": "The labels are so by law.", "at": "t"},
        {"stage": "gate", "artifact": "old", "reason": "Long ago."},
    ]
    view = gather(*project.arguments, overrides=entries)
    assert [o.reason for o in view.overrides] == ["The labels are so by law.", "Carried along."]


def test_many_answers_are_cut_and_the_rest_counted(improved):
    answers = gather(*improved.arguments).answers
    assert answers
    assert len(answers.got_better) == 25
    assert answers.hidden_better == 110 - 25
    assert answers.hidden_worse == 0


def test_evaluate_json_has_the_agreed_keys_first():
    document = evaluate_json(evaluation())
    assert list(document)[:6] == ["metric", "n", "before", "after", "difference", "verdict"]
    assert document["before"] == {"score": 0.025, "ci95": [0.0, 0.058]}
    assert list(document["difference"]) == ["score", "ci95", "p_value"]
    assert document["usable"] is True


def test_run_log_times_are_known_for_every_stage_that_ran(improved):
    view = gather(*improved.arguments)
    assert all(entry.duration_s is not None for entry in view.lineage)
    assert run_log(("collect",))[-1]["kind"] == "run.finished"
