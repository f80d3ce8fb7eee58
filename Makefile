# Two commands matter: `make build` (demo in, marts out, a summary) and `make test` (everything).
# Each step runs only when what it depends on has changed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || echo python3)
CUSTOMERS ?= 10000
SEED ?= 7
MONTHS ?= 24
BIN := .venv/bin
PIP_INSTALL := $(BIN)/pip install --disable-pip-version-check
# pip says a hundred lines or nothing: count the packages instead.
COUNT_PACKAGES := awk '/^Collecting/ {n++; printf "\r    %d packages", n; fflush()} END {if (n) print ""}'
export COTERIE_WAREHOUSE ?= warehouse/coterie.duckdb
export COTERIE_SPARK_HOME ?= $(CURDIR)/warehouse/spark
SPARK_TARGET ?= spark
# Where `make export` writes.
EXPORT ?= warehouse/export
# What dbt talks to on the cluster of `make cluster`: connect or thrift.
SERVER ?= connect

CONSTRAINTS := .venv/constraints.txt
# Tests of one file run in one process and share what they build; the order of files is conftest.py's.
IN_PROCESSES := --numprocesses 2 --dist loadfile --no-loadscope-reorder

# What `make parity` builds, and the layers that explain a difference in a mart.
PARITY := $(CURDIR)/warehouse/parity
PARITY_MODELS := customer_identities, customer_features, feature_scaling, segment_prototypes, lifecycle_stages, \
	lifetime_parameters, customer_lifetime, score_terms
PARITY_WITHOUT := --exclude-resource-type test --exclude-resource-type unit_test
PARITY_ENGINES := .venv/spark.stamp

.PHONY: help build dashboard demo map export spark cluster parity spark35 test quick lint examples prove docs lock clean

help: ## list the targets
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## /\1\t/' | expand -t 12

.venv/base.stamp: requirements/base.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
		|| { echo "Coterie needs Python 3.11: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "==> installing locked dependencies into .venv (about a minute, once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP_INSTALL) --require-hashes -r requirements/base.txt | $(COUNT_PACKAGES)
	@$(PIP_INSTALL) --quiet --no-deps --editable .
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/base.stamp
	@echo "==> installing locked development tools into .venv"
	@$(PIP_INSTALL) --require-hashes -r requirements/dev.txt | $(COUNT_PACKAGES)
	@touch $@

.venv/dashboard.stamp: requirements/dashboard.txt .venv/base.stamp
	@echo "==> installing the locked charting libraries into .venv"
	@$(PIP_INSTALL) --require-hashes -r requirements/dashboard.txt | $(COUNT_PACKAGES)
	@touch $@

.venv/spark.stamp: requirements/spark.txt .venv/base.stamp
	@echo "==> installing locked Spark into .venv (some 500 MB, once)"
	@$(PIP_INSTALL) --require-hashes -r requirements/spark.txt | $(COUNT_PACKAGES)
	@touch $@

.venv/lineage.stamp: requirements/lineage.txt .venv/base.stamp
	@echo "==> installing locked dbt-colibri into .venv, for the lineage of columns"
	@$(PIP_INSTALL) --require-hashes -r requirements/lineage.txt | $(COUNT_PACKAGES)
	@touch $@

.venv-spark35/stamp: requirements/spark35.txt pyproject.toml
	@echo "==> installing locked Spark 3.5 into .venv-spark35 (some 500 MB, once)"
	@$(PYTHON) -m venv .venv-spark35
	@.venv-spark35/bin/pip install --disable-pip-version-check --require-hashes -r $< | $(COUNT_PACKAGES)
	@.venv-spark35/bin/pip install --disable-pip-version-check --quiet --no-deps --editable .
	@touch $@

build: demo ## demo in, marts out, and a summary
	@echo "==> dbt build"
	@$(BIN)/dbt build
	@$(MAKE) --no-print-directory docs dashboard
	@$(BIN)/coterie summary

dashboard: .venv/dashboard.stamp ## write the dashboard of the last publication, one file that opens offline
	@echo "==> dashboard"
	@$(BIN)/coterie dashboard

demo: .venv/base.stamp ## generate the demo's raw tables, if they are not current
	@$(BIN)/coterie demo --customers $(CUSTOMERS) --seed $(SEED) --months $(MONTHS) --if-needed

map: .venv/base.stamp ## draw the map of the published segments (t-SNE of 2,000 customers)
	@$(BIN)/dbt build --select segment_map_vectors+ --vars '{segment_map_rows: 2000}'

export: .venv/base.stamp ## write the marts as Parquet files below EXPORT, whole or not at all
	@$(BIN)/coterie export $(EXPORT) --keep 3

spark: .venv/spark.stamp ## the same on Apache Spark, Parquet tables below warehouse/spark (needs Java 17)
	@$(BIN)/coterie check-java
	@$(BIN)/coterie demo --customers $(CUSTOMERS) --seed $(SEED) --months $(MONTHS) --if-needed \
		--parquet $(COTERIE_SPARK_HOME)/raw
	@echo "==> dbt build --target $(SPARK_TARGET)"
	@$(BIN)/dbt --quiet run-operation read_input_files --target $(SPARK_TARGET) \
		--args '{folder: "$(COTERIE_SPARK_HOME)/raw"}'
	@$(BIN)/dbt build --target $(SPARK_TARGET)
	@$(BIN)/dbt --quiet run-operation write_marts --target $(SPARK_TARGET) \
		--args '{folder: "$(COTERIE_SPARK_HOME)/marts", models: [publications, publication_checks, record_counts_store]}'
	@$(BIN)/coterie summary --files $(COTERIE_SPARK_HOME)/marts

cluster: export COTERIE_SPARK_HOME := $(CURDIR)/warehouse/cluster
cluster: .venv/spark.stamp ## the same on a cluster on loopback: a master, two workers, a server (needs Java 17)
	@$(BIN)/coterie check-java
	@$(BIN)/python tests/python/spark_cluster.py --folder $(COTERIE_SPARK_HOME)/cluster --server $(SERVER) \
		$(MAKE) --no-print-directory spark SPARK_TARGET=spark_$(SERVER)

parity: export COTERIE_WAREHOUSE := $(PARITY)/coterie.duckdb
parity: export COTERIE_SPARK_HOME := $(PARITY)/spark
parity: $(PARITY_ENGINES) ## the demo built on DuckDB and on Spark, compared row by row (needs Java 17)
	@$(BIN)/coterie check-java
	@rm -rf $(PARITY)
	@$(BIN)/coterie demo --customers $(CUSTOMERS) --seed $(SEED) --months $(MONTHS) --parquet $(PARITY)/raw
	@$(BIN)/dbt --quiet run-operation read_input_files --target spark --args '{folder: "$(PARITY)/raw"}'
	@for target in duckdb spark; do \
		echo "==> dbt build --target $$target"; \
		$(BIN)/dbt build --target $$target $(PARITY_WITHOUT); \
		$(BIN)/dbt --quiet run-operation write_marts --target $$target \
			--args "{folder: $(PARITY)/marts_$$target, models: [$(PARITY_MODELS)]}"; \
	done
	@$(BIN)/coterie parity $(PARITY)/marts_duckdb $(PARITY)/marts_spark

spark35: .venv-spark35/stamp ## the same with every test of dbt on Spark 3.5, in .venv-spark35, 1,000 customers
	@$(MAKE) --no-print-directory parity CUSTOMERS=1000 BIN=.venv-spark35/bin PARITY_ENGINES=$< \
		PARITY=$(CURDIR)/warehouse/spark35 PARITY_WITHOUT=

docs: .venv/lineage.stamp ## write the catalogue and the lineage of columns, files that open offline
	@echo "==> dbt docs"
	@$(BIN)/dbt --quiet docs generate --static
	@$(BIN)/python -m coterie.catalogue target

lint: .venv/dev.stamp ## ruff, sqlfluff, and the rules of the catalogue
	@echo "==> ruff"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "==> sqlfluff"
	@COTERIE_WAREHOUSE=:memory: $(BIN)/sqlfluff lint --processes 2 models tests
	@echo "==> dbt-bouncer and dbt-score"
	@$(BIN)/dbt --quiet parse
	@$(BIN)/dbt-bouncer run > target/dbt-bouncer.txt 2>&1 || { cat target/dbt-bouncer.txt; exit 1; }
	@PYTHONPATH=tests/python $(BIN)/dbt-score lint --show failing-rules

quick: lint ## lint and the tests that need no warehouse
	@echo "==> pytest, without a warehouse"
	@$(BIN)/pytest $(IN_PROCESSES) --exitfirst -m "not warehouse and not slow and not prove"

test: quick ## every test: quick ones, the demo and its truth, the faults, the examples
	@echo "==> pytest, with a demo warehouse, then the slow ones"
	@$(BIN)/pytest $(IN_PROCESSES) --exitfirst -m "(warehouse or slow) and not prove"

examples: .venv/base.stamp ## build and check the examples on real data (COTERIE_DATA)
	@export COTERIE_DATA="$$(realpath -m "$${COTERIE_DATA:-../shared/data}")"; \
	for example in online_retail_ii cdnow; do \
		echo "==> examples/$$example, data from $$COTERIE_DATA"; \
		cd $(CURDIR)/examples/$$example; SECONDS=0; \
		$(CURDIR)/$(BIN)/dbt --quiet deps; \
		$(CURDIR)/$(BIN)/dbt build; \
		$(CURDIR)/$(BIN)/coterie summary --warehouse $$example.duckdb; \
		echo "examples/$$example built in $$SECONDS s"; \
	done; \
	echo "==> examples/telco_churn, data from $$COTERIE_DATA"; \
	cd $(CURDIR)/examples/telco_churn; \
	$(CURDIR)/$(BIN)/dbt --quiet deps; \
	$(CURDIR)/$(BIN)/dbt build --select +score_backtest assert_known_figures \
		--indirect-selection cautious --exclude-resource-type unit_test

prove: .venv/dev.stamp ## the long proofs; their figures are kept in benchmarks/
	@$(BIN)/pytest -m prove

lock: .venv/dev.stamp ## lock the newest versions the tested ranges allow, the same in each file
	@$(PIP_INSTALL) --quiet pip-tools
	@for extra in dev base dashboard lineage spark spark35; do \
		echo "==> requirements/$$extra.txt"; \
		flags=$$([ $$extra = base ] || echo --extra $$extra); \
		[ $$extra != dev ] || flags="$$flags --extra mlflow --extra dashboard --extra lineage"; \
		[ $$extra = dev ] || flags="$$flags --constraint $(CONSTRAINTS)"; \
		$(BIN)/pip-compile --quiet --generate-hashes --no-strip-extras --no-header --no-emit-index-url \
			--no-emit-trusted-host --no-emit-find-links --no-annotate $$flags \
			-o requirements/$$extra.txt pyproject.toml; \
		[ $$extra != dev ] || sed -nE 's/^([a-z0-9.-]+)(\[[a-z]+\])?(==[^ ]+).*/\1\3/p' \
			requirements/dev.txt > $(CONSTRAINTS); \
	done

clean: ## remove what builds wrote (not .venv)
	rm -rf target logs warehouse
