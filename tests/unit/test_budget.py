"""What a checkpoint's files say of clips, and that a clip as it comes fits the context."""

import json

import pytest

from qvl.inputs import Limits
from qvl.media.budget import clip_budget, of_context
from qvl.media.sampling import RELEASED, Budget, choose, frame_size
from qvl.messages import Video
from qvl.vlm import locate

UNIT = 784


def write(folder, **files):
    for name, raw in files.items():
        (folder / f"{name}.json").write_text(json.dumps(raw))
    return folder


def test_released_checkpoints_are_as_released(tmp_path):
    assert of_context(128_000) == RELEASED
    pictures = {"min_pixels": 3136, "max_pixels": 12_845_056, "temporal_patch_size": 2}
    write(tmp_path, preprocessor_config=pictures, config={"max_position_embeddings": 128_000})
    assert Limits.load(tmp_path).clips == RELEASED
    # what transformers makes of it when it saves it again
    size = {"shortest_edge": 3136, "longest_edge": 12_845_056}
    saved = {"size": size, "min_frames": 4, "max_frames": 768, "fps": None, "min_pixels": None}
    write(tmp_path, video_preprocessor_config=saved)
    assert Limits.load(tmp_path).clips == RELEASED
    assert clip_budget(tmp_path / "nowhere") == RELEASED


def test_what_the_files_say_holds(tmp_path):
    said = {"min_pixels": 16 * UNIT, "max_pixels": 200 * UNIT, "fps": 1, "max_frames": 64}
    write(tmp_path, video_preprocessor_config={**said, "min_frames": 8})
    total = RELEASED.total_pixels
    assert clip_budget(tmp_path) == Budget(16 * UNIT, 200 * UNIT, total, 1, 8, 64)
    size = {"shortest_edge": 20 * UNIT, "longest_edge": 300 * UNIT}
    write(
        tmp_path, processor_config={"video_processor": {"size": size, "max_video_tokens": 40_000}}
    )
    assert clip_budget(tmp_path) == Budget(20 * UNIT, 300 * UNIT, 36_000 * UNIT)
    write(tmp_path, processor_config={"processor_class": "Qwen2_5_VLProcessor"})
    assert clip_budget(tmp_path).max_frames == 64


def test_the_rate_and_count_of_the_files_are_used():
    times = [i / 30 for i in range(1800)]
    budget = Budget(fps=1.0, max_frames=40)
    assert len(choose(Video(""), times, 30.0, 0.0, budget).indices) == 40
    assert len(choose(Video("", fps=0.5), times, 30.0, 0.0, budget).indices) == 30
    assert len(choose(Video("", max_frames=50), times, 30.0, 0.0, budget).indices) == 50


@pytest.mark.parametrize("positions", [256, 512, 1024, 4096, 8192, 32_768, 128_000, 1_000_000])
def test_a_clip_as_it_comes_fits_the_context(positions):
    budget = of_context(positions)
    for seconds in (1, 3, 20, 60, 600, 20_000):
        times = [i / 4 for i in range(4 * seconds)]
        count = len(choose(Video(""), times, 4.0, 0.0, budget).indices)
        for height, width in ((1080, 1920), (720, 404), (48, 64), (2160, 3840), (100, 99)):
            h, w = frame_size(height, width, count, Video(""), budget)
            tokens = count // 2 * h * w // UNIT
            assert tokens <= budget.total_pixels / UNIT


def test_nano_has_room_for_a_clip_and_an_answer():
    clips = Limits.load(locate("nano")).clips
    assert (clips.max_frames, clips.total_pixels) == (26, 2048 * UNIT)


@pytest.mark.parametrize("value", ["big", True, -1, float("nan"), 0])
def test_what_is_no_number_is_named(tmp_path, value):
    write(tmp_path, video_preprocessor_config={"max_frames": value})
    with pytest.raises(ValueError, match="max_frames of a checkpoint's clips is"):
        clip_budget(tmp_path)


def test_a_file_that_is_no_object_is_named(tmp_path):
    write(tmp_path, video_preprocessor_config=[1])
    with pytest.raises(ValueError, match="no JSON object"):
        clip_budget(tmp_path)
