# The door. Every target installs what it needs first.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
MINUTES ?= 60
MANNER ?= plain
PLATES := realesr-animevideov3

.PHONY: help install book app test test-browser test-all check bench starter pet pets story-lora evaluate clean
help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  \1|/' | tr '|' '\t' | expand -t 14

install: $(STAMP) ## put the project and its exact dependencies into .venv
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -m venv .venv
	@echo "Installing into .venv (a few minutes the first time) ..."
	@$(BIN)/pip install -qq --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@why=$$(PIP_RETRIES=1 PIP_DEFAULT_TIMEOUT=20 $(BIN)/storybook models get $(PLATES) 2>&1 >/dev/null) || \
	  echo "Plates will be softer: $$(echo "$$why" | tail -1 | sed 's/^storybook: //') Later: $(BIN)/storybook models get $(PLATES)"
	@touch $(STAMP)

book: $(STAMP)   ## the sample book, or yours: make book SUMMARY="..." HERO=biscuit STYLE=watercolour PAGES=12
	@$(BIN)/storybook book $${SUMMARY:+--summary "$$SUMMARY"} $${TITLE:+--title "$$TITLE"} \
	  $${HERO:+--hero "$$HERO"} $${STYLE:+--style "$$STYLE"} $${PAGES:+--pages "$$PAGES"} \
	  $${AGES:+--ages "$$AGES"} $${SEED:+--seed "$$SEED"} $${STUDIO:+--studio "$$STUDIO"} \
	  $${BOOK:+--folder "$$BOOK"}

app: $(STAMP)    ## the studio in the browser: make app PORT=8501
	@$(BIN)/storybook app --port $(or $(PORT),8501)

PYTEST := HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -n $(or $(WORKERS),2) --dist worksteal

test: $(STAMP)   ## the fast tests
	@$(PYTEST) -m "not slow and not browser"

# One after the other: each drives a server and a browser. Exit 5: no Chromium, so none was run.
# AGAIN=--last-failed runs those alone that failed.
test-browser: $(STAMP) ## the tests that drive a Chromium, if there is one
	@HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -rs -m browser $(AGAIN) $(wildcard tests/test_browser_*.py) || \
	  { code=$$?; test $$code = 5 && ! command -v chromium >/dev/null || exit $$code; }

test-all: $(STAMP) ## all tests, the slow ones too
	@$(PYTEST) -m ""

check: $(STAMP)  ## style
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

bench: $(STAMP)  ## speed and memory, as ratios against a plain script in the same run
	@HF_HUB_OFFLINE=1 $(BIN)/python -m benchmarks

starter: $(STAMP) ## make the starter's models anew: make starter MINUTES=60
	@$(BIN)/python -m training.starter --minutes $(MINUTES)

pet: $(STAMP)    ## teach the painter your pet: make pet NAME=rex CLASS=dog PHOTOS=folder [STUDIO=classic]
	@test -d "heroes/$$NAME" || $(BIN)/storybook hero add "$$NAME" --class "$$CLASS" --photos "$$PHOTOS"
	@$(BIN)/storybook hero teach "$$NAME" $${STUDIO:+--studio "$$STUDIO"} $${PRESET:+--preset "$$PRESET"}

story-lora: $(STAMP) ## teach the writer stories: make story-lora [MANNER=bedtime] [RECIPE=my-recipe.toml]
	@for part in train:1500:1 test:60:2; do set -- $$(echo $$part | tr : ' '); \
	  pairs=starter-work/pairs/$(MANNER)/$$1.json; test -f $$pairs || $(BIN)/python -m training stories compose \
	  $$pairs --manner $(MANNER) --count $$2 --seed $$3 || exit; done
	@$(BIN)/python -m training story-lora $(or $(RECIPE),training/recipes/starter-$(MANNER).toml)

pets: $(STAMP)   ## teach the starter's painter the two pets that come with it, anew
	@for pet in bhna-cat:miso ohwx-dog:bruno; do run=starter-work/pets/$${pet%:*}; rm -rf $$run; \
	  $(BIN)/python -m training dreambooth training/recipes/$${pet%:*}.toml --run $$run && \
	  cp $$run/result/pytorch_lora_weights.safetensors assets/heroes/$${pet#*:}/adapter.safetensors || exit; done

evaluate: $(STAMP) ## how good the models are, into docs/evaluation.md: make evaluate ONLY=stories QUICK=1 ON=ray
	@HF_HUB_OFFLINE=1 $(BIN)/python -m evaluation $${ONLY:+--only "$$ONLY"} \
	  $${STUDIO:+--studio "$$STUDIO"} $${QUICK:+--quick} \
	  $${ON:+--on "$$ON"}

clean:           ## remove what make made, but no book
	@rm -rf .venv .pytest_cache .ruff_cache

export SUMMARY TITLE HERO STYLE PAGES AGES SEED STUDIO BOOK ONLY QUICK ON NAME CLASS PHOTOS PRESET
