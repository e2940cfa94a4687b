"""The catalogue, steps, checks and quotes over HTTP."""

from __future__ import annotations

from running import ask, texts
from served import Desk


def test_the_catalogue_and_its_steps(desk: Desk) -> None:
    found = desk.client.get("/recipes")
    assert found["total"] >= 77 and {"name", "needs", "gives", "calls", "command", "parameters"} <= set(found["items"][0])
    assert {one["group"] for one in desk.client.get("/recipes", group="preference")["items"]} == {"preference"}
    assert desk.client.get("/recipes", group="prefernce", status=422)["fix"].startswith("Did you mean")
    name = found["items"][0]["name"]
    assert desk.client.get(f"/recipes/{name}")["name"] == name
    text = desk.client.http.get(f"/recipes/{name}/yaml")
    assert text.headers["content-type"].startswith("application/yaml") and "steps:" in text.text
    assert desk.client.get("/recipes/none", status=404)["fix"]
    kinds = [one["kind"] for one in desk.client.get("/steps")["items"]]
    assert "filter.where" in kinds and desk.client.get("/steps/filter.where")["settings"]
    assert desk.client.get("/schema")["properties"]["steps"]


def test_a_recipe_is_checked_and_quoted_and_nothing_is_spent(desk: Desk) -> None:
    recipe = str(desk.recipe(texts(*"abcdef"), ask(), models={"writer": desk.model(price_in=1, price_out=1, max_tokens=100)}))
    told = desk.client.post("/projects/default/check", {"recipe": recipe})
    assert (told["name"], len(told["steps"]), told["models"][0]["price_in"]) == ("t", 2, 1)
    broken = str(desk.recipe(texts("a"), ask(promt="x"), file="broken.yaml"))
    assert desk.client.post("/projects/default/check", {"recipe": broken}, status=422)["problems"][0]["line"] > 0
    quote = desk.client.post("/projects/default/quote", {"recipe": recipe, "target": 4})
    assert quote["rows"]["high"] == 4 and 0 < quote["cost_usd"]["mid"] <= quote["cost_usd"]["high"]
    assert desk.asked == []
    piloted = desk.client.post("/projects/default/quote", {"recipe": recipe, "pilot": 2, "budget_usd": 1})
    assert len(desk.asked) >= 2 and piloted["calls"]["mid"] == 6
