from itertools import islice, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from storybook.errors import TrainingError
from training.data.buckets import (
    BatchOrder,
    Position,
    batches_from,
    bucket_sizes,
    bucket_table,
    covering_size,
    epoch_batches,
    everydream_steps,
    first_position,
    fit,
    nearest_bucket,
    showings,
    shown_per_bucket,
    steps_of_epochs,
    steps_per_epoch,
)


def both_ways(*sizes):
    return {size for width, height in sizes for size in ((width, height), (height, width))}


def test_buckets_of_512_are_those_of_kohyas_scripts():
    tall = [(256, height) for height in (832, 896, 960, 1024)]
    tall += [(320, 704), (320, 768), (384, 640), (448, 576), (512, 512)]
    sizes = bucket_sizes(512, 512)
    assert len(sizes) == 17
    assert set(sizes) == both_ways(*tall)
    assert list(sizes) == sorted(sizes)


def test_a_higher_least_side_takes_the_narrow_buckets_away():
    five = ((384, 640), (448, 576), (512, 512), (576, 448), (640, 384))
    assert bucket_sizes(512, 512, least_px=384) == five


@pytest.mark.parametrize(
    ("width_px", "height_px", "most_px", "count"),
    [
        (768, 768, 1280, 23),
        (768, 768, 1024, 19),
        (640, 640, 1024, 17),
        (512, 768, 1024, 19),
        (512, 704, 1024, 17),
    ],
)
def test_there_are_as_many_buckets_as_in_kohyas_scripts(width_px, height_px, most_px, count):
    assert len(bucket_sizes(width_px, height_px, 256, most_px)) == count


def test_buckets_of_768_begin_and_end_where_they_should():
    sizes = bucket_sizes(768, 768, 256, 1280)
    assert sizes[0] == (256, 1280)
    assert {(704, 832), (768, 768)} <= set(sizes)
    assert (576, 576) in bucket_sizes(512, 704), "the square comes in addition"


@pytest.mark.parametrize("sides", [(500, 512), (0, 512), (512, -64)])
def test_sides_that_are_no_multiple_of_64_are_refused(sides):
    with pytest.raises(TrainingError, match="multiples of 64"):
        bucket_sizes(*sides)


def test_the_nearest_bucket_is_the_one_of_the_nearest_shape():
    sizes = bucket_sizes(512, 512)
    assert nearest_bucket((3000, 3000), sizes) == (512, 512)
    assert nearest_bucket((4000, 3000), sizes) == (576, 448)
    assert nearest_bucket((1080, 1920), sizes) == (384, 640)
    assert nearest_bucket((100, 2000), sizes) == (256, 1024)
    assert nearest_bucket((320, 704), sizes) == (320, 704), "a bucket's own size is its own"


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 700), st.integers(1, 700))
def test_a_picture_fills_its_bucket(width, height):
    bucket = nearest_bucket((width, height), bucket_sizes(128, 128, 64, 256))
    assert fit(Image.new("L", (width, height)), bucket).size == bucket


def test_fitting_scales_to_cover_and_cuts_the_middle():
    ramp = np.tile(np.arange(0, 240, dtype=np.uint8), (100, 1))
    image = Image.fromarray(ramp)
    middle = np.asarray(fit(image, (100, 100)))
    assert middle[0, 0] == 70 and middle[0, -1] == 169
    assert np.asarray(fit(image, (100, 100), at=(0, 0)))[0, 0] == 0
    assert np.asarray(fit(image, (100, 100), at=(1, 1)))[0, -1] == 239
    odd = np.asarray(fit(Image.fromarray(ramp[:, :205]), (100, 100)))
    assert odd[0, 0] == 52, "of an odd rest the smaller half goes on the left"


def test_fitting_without_buckets_is_resizing_and_a_centre_crop():
    """B19's center_crop at B11's resolution: one bucket for all pictures."""
    image = Image.new("RGB", (1536, 900), "red")
    assert nearest_bucket(image.size, [(768, 768)]) == (768, 768)
    assert fit(image, (768, 768)).size == (768, 768)


def test_steps_per_epoch_count_short_batches_in_every_bucket():
    assert steps_per_epoch([500 * 10], 6) == 834
    assert steps_per_epoch([7, 5, 1], 4) == 2 + 2 + 1
    assert steps_per_epoch([7, 5, 1], 4, accumulation=2) == 3
    assert steps_per_epoch([30], 4, accumulation=2) == 4
    assert steps_per_epoch([31 * 50], 6) == 259, "C15's run of 31 pictures"
    assert steps_per_epoch([], 4) == 0


def test_everydreams_formula_counts_its_validation_pass_in():
    assert everydream_steps(500, 10, 6) == pytest.approx(916.67, abs=0.01)
    ours = steps_per_epoch([500 * 10], 6) + 500 / 6
    assert round(ours) == round(everydream_steps(500, 10, 6)) == 917
    with_one_over_pictures = 500 * 10 / 6 * (1 + 1 / 500)
    assert round(with_one_over_pictures) == 835, "the document's own example"


def test_twenty_repeats_once_are_ten_repeats_twice():
    assert steps_per_epoch([120 * 20], 6) == 2 * steps_per_epoch([120 * 10], 6)


ORDER = BatchOrder(
    buckets=((64, 64),) * 5 + ((64, 128),) * 3 + ((128, 64),),
    repeats=(1, 1, 1, 1, 3, 2, 2, 2, 1),
    batch=4,
    seed=7,
)


def test_an_epoch_shows_everything_as_often_as_asked_and_no_two_buckets_in_a_batch():
    batches = epoch_batches(ORDER, 0)
    shown = [index for batch in batches for index in batch.examples]
    assert [shown.count(index) for index in range(9)] == list(ORDER.repeats)
    for batch in batches:
        assert {ORDER.buckets[index] for index in batch.examples} == {batch.bucket}
        assert 1 <= len(batch.examples) <= 4
    counts = shown_per_bucket(ORDER)
    assert counts == {(64, 64): 7, (64, 128): 6, (128, 64): 1}
    assert len(batches) == steps_per_epoch(counts.values(), 4) == 5


def test_epochs_and_seeds_differ_and_nothing_else_does():
    assert epoch_batches(ORDER, 0) == epoch_batches(ORDER, 0)
    examples = [[batch.examples for batch in epoch_batches(ORDER, epoch)] for epoch in range(3)]
    assert examples[0] != examples[1] != examples[2]
    other = BatchOrder(ORDER.buckets, ORDER.repeats, ORDER.batch, seed=8)
    assert [batch.examples for batch in epoch_batches(other, 0)] != examples[0]


def test_batches_go_on_from_any_position_as_if_never_stopped():
    whole = list(islice(batches_from(ORDER, first_position(ORDER)), 13))
    assert [batch.epoch for batch, _ in whole] == [0] * 5 + [1] * 5 + [2] * 3
    for stop in range(1, 13):
        kept = Position.model_validate_json(whole[stop - 1][1].model_dump_json())
        assert list(islice(batches_from(ORDER, kept), 13 - stop)) == whole[stop:]


def test_a_position_in_other_data_is_refused():
    more = BatchOrder((*ORDER.buckets, (64, 64)), (*ORDER.repeats, 1), ORDER.batch, ORDER.seed)
    with pytest.raises(TrainingError, match="not those that this run began with"):
        next(batches_from(more, first_position(ORDER)))
    empty = BatchOrder((), (), 4, 0)
    with pytest.raises(TrainingError, match="no picture"):
        next(batches_from(empty, first_position(empty)))


def test_the_table_says_what_each_bucket_holds():
    order = BatchOrder(((512, 512), (512, 512), (576, 448)), (1, 10, 1), batch=4, seed=0)
    square, wide = bucket_table([(1000, 1000), (1100, 1000), (4000, 3000)], order)
    assert (square.bucket, square.pictures, square.shown, square.batches) == ((512, 512), 2, 11, 3)
    assert square.aspect_error == pytest.approx(0.05)
    assert wide.bucket == (576, 448) and wide.aspect_error == pytest.approx(4 / 3 - 576 / 448, 1e-6)


@pytest.mark.parametrize(("repeats", "count"), [(0.5, 7), (0.25, 4), (1.5, 5), (0.1, 3), (2.7, 6)])
def test_showings_of_a_fraction_are_even_over_epochs_and_pictures(repeats, count):
    order = BatchOrder(((64, 64),) * (count + 1), (repeats,) * count + (2,), batch=2, seed=3)
    epochs = [showings(order, epoch) for epoch in range(20)]
    totals = [sum(each[:-1]) for each in epochs]
    assert max(totals) - min(totals) <= 1 and sum(totals) == round(20 * repeats * count)
    for place in range(count):
        shown = [each[place] for each in epochs]
        assert sum(shown) == 20 * repeats and max(shown) - min(shown) <= 1
    assert {each[-1] for each in epochs} == {2}
    assert epochs[0] == showings(order, 0)


def test_batches_go_on_where_an_epoch_shows_nothing():
    order = BatchOrder(((64, 64),), (0.25,), batch=4, seed=1)
    shown = list(islice(batches_from(order, first_position(order)), 3))
    epochs = [batch.epoch for batch, _ in shown]
    assert [later - sooner for sooner, later in pairwise(epochs)] == [4, 4]
    assert list(islice(batches_from(order, shown[0][1]), 2)) == shown[1:]
    assert steps_of_epochs(order, 1, 12) == 3


def test_steps_of_epochs_are_those_that_there_are():
    order = BatchOrder(((64, 64),) * 3 + ((128, 64),) * 2, (0.5, 0.5, 1.5, 0.3, 1), batch=2, seed=1)
    for accumulation in (1, 2):
        counted = sum(-(-len(epoch_batches(order, epoch)) // accumulation) for epoch in range(9))
        assert steps_of_epochs(order, accumulation, 9) == counted
    assert steps_of_epochs(ORDER, 2, 9) == 9 * 3


def test_fitting_with_pixels_to_spare_scales_further():
    image = Image.new("RGB", (200, 100), "red")
    assert covering_size(image.size, (100, 100)) == (200, 100)
    assert covering_size(image.size, (100, 100), 20) == (240, 120)
    assert fit(image, (100, 100), spare_px=20).size == (100, 100)
