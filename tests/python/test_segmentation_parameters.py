"""The check of an accepted model's parameters passes whole models and fails broken ones."""

from itertools import pairwise

import duckdb
import numpy as np
import pytest

from coterie.frames import with_schema
from coterie.schemas import SEGMENT_FITS
from coterie.segmentation.encoders import Encoder, Layer
from coterie.segmentation.prototypes import Prototype
from coterie.segmentation.rows import encoder_rows, prototype_rows, segment_id_at

TEST = "assert_the_accepted_model_has_its_parameters"
ENCODER = "the encoder of the accepted model is incomplete"
PROTOTYPES = "the prototypes of the accepted model are incomplete"
MICRO = "the micro-segments of the accepted model are incomplete"
TREE = "the tree of segments of the accepted model is incomplete"
PRECISIONS = "the precisions of the accepted model are incomplete"


class Warehouse:
    """The built demo with the parameters of a test in place of the accepted model's own."""

    def __init__(self, demo, connection) -> None:
        path = demo.target / f"compiled/coterie/tests/segmentation/{TEST}.sql"
        self.query = path.read_text()
        self.connection = connection
        query = "select model_version from segmentation.segment_models where status = 'accepted'"
        ((self.version,),) = connection.execute(query).fetchall()
        ((self.features,),) = connection.execute(
            "select count(*) from segmentation.feature_scaling where model_version = ?",
            [self.version],
        ).fetchall()

    def problems(self) -> list[str]:
        return [problem for (problem,) in self.connection.execute(self.query).fetchall()]

    def put(self, layers, prototypes, *, algorithm="kmeans", stated_layers=None) -> None:
        """Store parameters as a training round would."""
        rows = [*encoder_rows(Encoder("test", layers)), *prototype_rows(prototypes)]
        fits = with_schema([{**row, "model_version": self.version} for row in rows], SEGMENT_FITS)
        self.connection.register("fits", fits)
        for table, part, vector in (
            ("encoder_layers", "encoder", "vector as weights"),
            ("segment_prototypes", "prototype", "vector"),
        ):
            columns = ", ".join(
                vector if name in ("weights", "vector") else name
                for (name,) in self.connection.execute(
                    "select column_name from information_schema.columns "
                    f"where table_name = '{table}' order by ordinal_position"
                ).fetchall()
            )
            self.connection.execute(f"delete from segmentation.{table}")
            self.connection.execute(
                f"insert into segmentation.{table} by name "
                f"select {columns} from fits where part = '{part}'"
            )
        self.connection.execute("delete from segmentation.segment_micro_prototypes")
        for part in ("s02.01", "s02.02"):
            self.connection.execute(
                "insert into segmentation.segment_micro_prototypes by name "
                "select ? as model_version, 's02' as segment_id, ? as micro_segment_id, "
                "? as vector, 9 as size",
                [self.version, part, prototypes[0].vector.tolist()],
            )
        self.connection.execute("delete from segmentation.segment_tree")
        for number, segment in enumerate(sorted({p.segment for p in prototypes}), start=1):
            self.connection.execute(
                "insert into segmentation.segment_tree by name "
                "select ? as model_version, ? as node, ? as segment_id, [0.0] as centre",
                [self.version, number, segment_id_at(segment + 1)],
            )
        self.connection.execute(
            "update segmentation.segment_model_log "
            "set algorithm = ?, encoder_layer_count = ?, segment_count = ?",
            [
                algorithm,
                len(layers) if stated_layers is None else stated_layers,
                len({prototype.segment for prototype in prototypes}),
            ],
        )


@pytest.fixture(scope="module")
def opened(demo, tmp_path_factory):
    path = tmp_path_factory.mktemp("parameters") / demo.warehouse.name
    path.write_bytes(demo.warehouse.read_bytes())
    with duckdb.connect(str(path)) as connection:
        yield Warehouse(demo, connection)


@pytest.fixture
def warehouse_(opened):
    """Whatever a test changes is undone."""
    opened.connection.execute("begin")
    yield opened
    opened.connection.execute("rollback")


def layer(units, inputs):
    return Layer(weights=np.ones((units, inputs)), bias=np.zeros(units), activation="tanh")


def flat(segment, coordinates, **more):
    return Prototype(segment, np.full(coordinates, float(segment)), **more)


def component(segment, coordinates):
    return flat(segment, coordinates, precision=np.ones(coordinates), offset=0.5)


def test_the_model_of_the_demo_is_whole(warehouse_):
    assert warehouse_.problems() == []


@pytest.mark.parametrize("depth", [0, 1, 2, 4])
def test_layers_that_chain_are_whole(warehouse_, depth):
    units = [warehouse_.features, 9, 7, 5, 3][: depth + 1]
    layers = tuple(layer(after, before) for before, after in pairwise(units))
    prototypes = [flat(0, units[-1]), flat(0, units[-1]), flat(1, units[-1], radius=2.0)]
    warehouse_.put(layers, prototypes)
    assert warehouse_.problems() == []


def test_a_mixture_is_whole(warehouse_):
    prototypes = [component(segment, 4) for segment in range(3)]
    warehouse_.put((layer(4, warehouse_.features),), prototypes, algorithm="gaussian_mixture")
    assert warehouse_.problems() == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("delete from segmentation.encoder_layers where layer = 2", ENCODER),
        ("delete from segmentation.encoder_layers where layer = 1", ENCODER),
        ("delete from segmentation.encoder_layers", ENCODER),
        ("delete from segmentation.encoder_layers where layer = 1 and unit = 2", ENCODER),
        ("update segmentation.encoder_layers set bias = null where layer = 2", ENCODER),
        ("update segmentation.encoder_layers set layer = 3 where layer = 2", ENCODER),
        (
            "update segmentation.encoder_layers set weights = weights[2:] where layer = 2",
            ENCODER,
        ),
        ("delete from segmentation.segment_prototypes where segment_id = 's02'", PROTOTYPES),
        (
            "delete from segmentation.segment_prototypes where segment_id = 's01' "
            "and prototype = 1",
            PROTOTYPES,
        ),
        ("delete from segmentation.segment_prototypes", PROTOTYPES),
        (
            "update segmentation.segment_prototypes set vector = vector[2:] "
            "where segment_id = 's01' and prototype = 1",
            PROTOTYPES,
        ),
        (
            "update segmentation.segment_prototypes set precision_vector = vector, "
            "score_offset = 1 where prototype = 2",
            PRECISIONS,
        ),
        (
            "delete from segmentation.segment_micro_prototypes where micro_segment_id = 's02.01'",
            MICRO,
        ),
        (
            "update segmentation.segment_micro_prototypes set vector = vector[2:] "
            "where micro_segment_id = 's02.01'",
            MICRO,
        ),
        ("delete from segmentation.segment_tree where node = 1", TREE),
        ("delete from segmentation.segment_tree", TREE),
        ("update segmentation.segment_tree set centre = null where node = 1", TREE),
    ],
)
def test_a_model_that_lost_something_is_told(warehouse_, change, problem):
    layers = (layer(5, warehouse_.features), layer(3, 5))
    warehouse_.put(layers, [flat(0, 3), flat(0, 3), flat(1, 3)])
    assert warehouse_.problems() == []
    warehouse_.connection.execute(change)
    assert problem in warehouse_.problems()


@pytest.mark.parametrize(
    "change",
    [
        "update segmentation.segment_prototypes set precision_vector = null where prototype = 1",
        "update segmentation.segment_prototypes set score_offset = null where segment_id = 's01'",
        "update segmentation.segment_prototypes set precision_vector = precision_vector[2:] "
        "where segment_id = 's01'",
    ],
)
def test_a_mixture_that_lost_something_is_told(warehouse_, change):
    prototypes = [component(segment, 4) for segment in range(3)]
    warehouse_.put((layer(4, warehouse_.features),), prototypes, algorithm="gaussian_mixture")
    warehouse_.connection.execute(change)
    assert warehouse_.problems() == [PRECISIONS]


def test_a_layer_that_is_not_stated_is_told(warehouse_):
    warehouse_.put((), [flat(0, warehouse_.features), flat(1, warehouse_.features)])
    assert warehouse_.problems() == []
    warehouse_.put((), [flat(0, warehouse_.features)], stated_layers=1)
    assert warehouse_.problems() == [ENCODER]


def test_a_model_from_before_the_layers_were_counted_has_one(warehouse_):
    warehouse_.connection.execute(
        "update segmentation.segment_model_log set encoder_layer_count = null"
    )
    assert warehouse_.problems() == []


@pytest.mark.parametrize(
    "change",
    [
        "insert into segmentation.segment_imputations (model_version, method, number) "
        "select model_version, 'model', 1 from segmentation.segment_models",
        "insert into segmentation.segment_imputations (model_version, method, number) "
        "select model_version, 'knn', 2 from segmentation.segment_models",
        "update segmentation.feature_scaling set impute = 'knn' where position = 2",
    ],
)
def test_imputations_that_do_not_fit_the_features_are_told(warehouse_, change):
    warehouse_.connection.execute(change)
    assert warehouse_.problems() == ["the imputations of the accepted model are incomplete"]
