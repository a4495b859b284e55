"""train --network and finetune from the command line, in chains with the other stages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import BAD_INPUT, DONE, USAGE, run, shell

SAMPLE = Path(__file__).parents[3] / "sample_data"
TRAIN, DEV, TEST = (str(SAMPLE / f"{name}.tsv") for name in ("train", "dev", "test"))
SMALL = ("--hidden-size", "16", "--dimensions", "12", "--epochs", "2", "--batch-size", "64", "-q")


def accuracy(folder: Path, model: str) -> float:
    ran = run(folder, "evaluate", model, "--data", TEST)
    assert ran.code == DONE, ran.err
    return float(ran.out.decode().split("accuracy")[1].split("%")[0])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("neural")
    options = ("--network", "dan", "--epochs", "6", "--learning-rate", "0.01", "-q")
    ran = run(folder, "train", TRAIN, "--dev", DEV, *options, "-o", "full.nlu")
    assert ran.code == DONE, ran.err
    return folder


def test_a_factorized_network_is_trained_on(trained: Path) -> None:
    assert accuracy(trained, "full.nlu") > 80
    chain = (
        f"nlucompress factorize full.nlu --rank 4 -q -o thin.nlu && "
        f"nlucompress finetune thin.nlu --data {TRAIN} --dev {DEV} --epochs 4 "
        f"--schedule onecycle --learning-rate 0.01 -q -o tuned.nlu && "
        f"nlucompress phash tuned.nlu -q | nlucompress pack -q -o packed.nlu"
    )
    ran = shell(trained, chain)
    assert ran.code == DONE, ran.err
    assert accuracy(trained, "tuned.nlu") > accuracy(trained, "thin.nlu")
    assert abs(accuracy(trained, "packed.nlu") - accuracy(trained, "tuned.nlu")) < 1


def test_codes_stay_codes(trained: Path) -> None:
    chain = (
        f"nlucompress quantize full.nlu --bits 2 -q -o coded.nlu && "
        f"nlucompress finetune coded.nlu --data {TRAIN} --dev {DEV} --epochs 2 "
        f"--reference full.nlu -q -o kept.nlu"
    )
    ran = shell(trained, chain)
    assert ran.code == DONE, ran.err
    sizes = [(trained / name).stat().st_size for name in ("coded.nlu", "kept.nlu")]
    assert sizes[1] < 1.2 * sizes[0]
    assert accuracy(trained, "kept.nlu") >= accuracy(trained, "coded.nlu") - 1


@pytest.mark.parametrize("network", ["lstm", "bilstm", "cnn"])
def test_every_network_trains_and_answers(tmp_path: Path, network: str) -> None:
    pytest.importorskip("torch")
    ran = run(tmp_path, "train", TRAIN, "--network", network, *SMALL, "-o", "m.nlu")
    assert ran.code == DONE, ran.err
    answered = run(tmp_path, "predict", "m.nlu", stdin=b"play some jazz\n")
    assert answered.code == DONE
    assert len(answered.lines) == 1


def test_the_same_seed_gives_the_same_bytes_and_a_checkpoint_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    common = ("train", TRAIN, "--dev", DEV, "--network", "dan", "--schedule", "fixed", *SMALL)
    assert run(tmp_path, *common, "-o", "a.nlu").code == DONE
    assert run(tmp_path, *common, "-o", "b.nlu").code == DONE
    assert (tmp_path / "a.nlu").read_bytes() == (tmp_path / "b.nlu").read_bytes()
    resumed = (*common, "--checkpoint", "state")
    one = [*resumed]
    one[one.index("--epochs") + 1] = "1"
    assert run(tmp_path, *one, "-o", "half.nlu").code == DONE
    assert run(tmp_path, *resumed, "-o", "c.nlu").code == DONE
    for each in ("a.nlu", "c.nlu"):
        answers = run(tmp_path, "predict", each, str(SAMPLE / "utterances.txt"), "--top", "3")
        (tmp_path / f"{each}.txt").write_bytes(answers.out)
    assert (tmp_path / "a.nlu.txt").read_bytes() == (tmp_path / "c.nlu.txt").read_bytes()
    (tmp_path / "state").write_bytes(b"no checkpoint")
    ran = run(tmp_path, *resumed, "-o", "d.nlu")
    assert ran.code == BAD_INPUT
    assert "no checkpoint of this training" in ran.err


def test_a_checkpoint_of_another_training_is_refused_with_what_differs(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    lines = Path(TRAIN).read_text().splitlines(keepends=True)
    (tmp_path / "less.tsv").write_text("".join(lines[:-1]))
    common = ("--dev", DEV, "--network", "dan", "--checkpoint", "state", *SMALL[:-1])
    assert run(tmp_path, "train", TRAIN, *common, "-o", "a.nlu").code == DONE
    state = (tmp_path / "state").read_bytes()
    again = run(tmp_path, "train", TRAIN, *common, "-o", "b.nlu")
    assert again.code == DONE
    assert "state: resumed at epoch 2, none is left" in again.err
    assert (tmp_path / "a.nlu").read_bytes() == (tmp_path / "b.nlu").read_bytes()
    for data, changes, said in (
        (TRAIN, ("--seed", "1"), "--seed was 0, is 1"),
        (TRAIN, ("--learning-rate", "0.01"), "--learning-rate was 0.001, is 0.01"),
        (TRAIN, ("--epochs", "3"), "--epochs was 2, is 3"),  # onecycle looks at the last step
        (TRAIN, ("--hidden-size", "17"), "the starting model"),
        (TRAIN, ("--dev", TEST), "the development data"),
        ("less.tsv", (), "the training data"),
    ):
        ran = run(tmp_path, "train", data, *common, *changes, "-o", "no.nlu")
        assert ran.code == BAD_INPUT, changes
        assert "state: the checkpoint is of another training: " in ran.err
        assert said in ran.err
        assert not (tmp_path / "no.nlu").exists()
        assert (tmp_path / "state").read_bytes() == state


def test_a_schedule_without_an_end_takes_more_epochs_and_never_fewer(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    common = ("train", TRAIN, "--network", "dan", "--schedule", "fixed", *SMALL[:-1])
    resumed = (*common, "--checkpoint", "state")
    assert run(tmp_path, *resumed, "-o", "a.nlu").code == DONE
    longer = run(tmp_path, *resumed, "--epochs", "3", "-o", "b.nlu")
    assert longer.code == DONE
    assert "resumed at epoch 2, 1 of 3 are left" in longer.err
    fewer = run(tmp_path, *resumed, "-o", "c.nlu")
    assert fewer.code == BAD_INPUT
    assert "done 3 epochs, more than --epochs 2" in fewer.err


def test_linear_models_are_tuned_without_torch(tmp_path: Path) -> None:
    chain = (
        f"nlucompress train {TRAIN} --dev {DEV} -q -o full.nlu && "
        f"nlucompress quantize full.nlu --bits 3 --range mse -q | "
        f"nlucompress finetune --data {TRAIN} --dev {DEV} --reference full.nlu -o tuned.nlu"
    )
    ran = shell(tmp_path, chain)
    assert ran.code == DONE, ran.err
    assert "training accuracy" in ran.err


def test_refusals(trained: Path) -> None:
    def refused(code: int, text: str, *arguments: str) -> None:
        ran = run(trained, *arguments)
        assert ran.code == code
        assert text in ran.err
        assert "Traceback" not in ran.err

    (trained / "odd.tsv").write_text("no_such_label\tplay jazz\n")
    (trained / "strange.tsv").write_text("call\tqqqq\ncall\tzzzz\n")
    tune = ("finetune", "full.nlu", "--data")
    refused(BAD_INPUT, "unknown to the model", *tune, "odd.tsv", "-o", "x.nlu")
    refused(BAD_INPUT, "no word of the training data", *tune, "strange.tsv", "-o", "x.nlu")
    refused(
        USAGE, "not below --learning-rate", *tune, TRAIN, "--learning-rate", "1e-9", "-o", "x.nlu"
    )
    refused(USAGE, "needs a reference", *tune, TRAIN, "--distill", "plain", "-o", "x.nlu")
    refused(USAGE, "is for --network", "train", TRAIN, "--hidden-size", "3", "-o", "x.nlu")
    refused(
        *(BAD_INPUT, "not finite", "train", TRAIN, "--network", "dan", "--schedule", "fixed"),
        *("--learning-rate", "1e30", "--optimizer", "sgd", "-o", "x.nlu"),
    )
    assert not (trained / "x.nlu").exists()
