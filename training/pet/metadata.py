"""What a result says of itself: in our words, and in kohya's."""

from datetime import UTC, datetime

from training.data.buckets import shown_per_bucket, steps_per_epoch
from training.formats.header import Origin, Training
from training.pet.setup import TrainingSetup
from training.runs.run import Run

KOHYA_PRECISION = {"fp32": "no", "full_fp16": "fp16", "full_bf16": "bf16"}


def origin_of(setup: TrainingSetup, run: Run, preset: str, step: int) -> Origin:
    """Who was taught to whom, on what, by which recipe and up to which step."""
    recipe, checkpoint = setup.recipe, setup.painter.checkpoint
    first = recipe.concept[0]
    return Origin(
        title=recipe.called,
        token=first.token,
        class_word=first.class_word,
        family=checkpoint.family.name,
        prediction=checkpoint.prediction_type,
        base=recipe.model.name,
        base_digest=checkpoint.digest,
        recipe=preset,
        run=run.folder.name,
        resolution_px=setup.size_px[0],
        height_px=setup.size_px[1],
        epoch=step // setup.steps_per_epoch,
        step=step,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def training_of(setup: TrainingSetup) -> Training:
    """How it was taught, as kohya's trainer would say it."""
    recipe, examples = setup.recipe, setup.data.train.examples
    shown = {
        is_class: round(sum(each.repeats for each in examples if each.is_class == is_class))
        for is_class in (False, True)
    }
    per_bucket = shown_per_bucket(setup.order)
    return Training(
        vae_name=recipe.vae.name if recipe.vae else None,
        learning_rate=recipe.lr,
        unet_lr=recipe.lr,
        text_encoder_lr=(recipe.text_lr or recipe.lr / 2) if recipe.text_encoder else None,
        num_train_images=shown[False],
        num_reg_images=shown[True],
        num_batches_per_epoch=steps_per_epoch(per_bucket.values(), recipe.batch),
        num_epochs=setup.epochs,
        max_train_steps=setup.steps,
        batch_size_per_device=recipe.batch,
        total_batch_size=recipe.batch * recipe.accumulation,
        gradient_accumulation_steps=recipe.accumulation,
        gradient_checkpointing=recipe.checkpointing,
        lr_scheduler=recipe.scheduler,
        lr_warmup_steps=recipe.warmup_steps,
        optimizer=recipe.optimizer,
        mixed_precision=KOHYA_PRECISION.get(recipe.precision, recipe.precision),
        full_fp16=recipe.precision == "full_fp16",
        clip_skip=recipe.clip_skip,
        max_token_length=recipe.max_tokens,
        cache_latents=True,
        seed=recipe.seed,
        resolution=setup.size_px,
        enable_bucket=recipe.buckets,
        min_bucket_reso=recipe.least_px,
        max_bucket_reso=recipe.most_px,
        bucket_info={
            "buckets": {
                str(place): {"resolution": list(size), "count": count}
                for place, (size, count) in enumerate(sorted(per_bucket.items()))
            }
        },
        tag_frequency=_tags(setup),
        min_snr_gamma=recipe.min_snr,
        noise_offset=recipe.noise_offset,
        prior_loss_weight=recipe.prior_weight,
        keep_tokens=recipe.keep_tokens,
        shuffle_caption=recipe.shuffle,
        flip_aug=recipe.flip,
        color_aug=False,
        random_crop=recipe.random_crop,
    )


def _tags(setup: TrainingSetup) -> dict[str, dict[str, int]]:
    """How often each part between commas is said in each folder."""
    counts: dict[str, dict[str, int]] = {}
    for example in setup.data.train.examples:
        folder = counts.setdefault(example.path.parent.name, {})
        for caption in example.captions[:1]:
            for tag in (part.strip() for part in caption.split(",")):
                if tag:
                    folder[tag] = folder.get(tag, 0) + 1
    return counts
