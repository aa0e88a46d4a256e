"""Trains the lid net on pairs.

    python3 train.py --pairs data/1.npz data/2.npz --minutes 60 --threads 1 --out lid-net.pt

On a GPU if there is one. `--resume` goes on from a checkpoint, more slowly.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from dataset import Batch, Pairs, photographed
from net import Discriminator, LidNet
from planes import Lids, compose, fill_eye, input_planes

HELD_OUT = 64
LEARNING_RATE = 1e-3
L1_WEIGHT, GRADIENT_WEIGHT, ALPHA_WEIGHT = 3.0, 1.0, 0.004
ADVERSARIAL_WEIGHT = 0.02
ADVERSARIAL_FROM = 0.5
"""share of the training after which the discriminator joins"""


def attention(lids: Lids, like: Tensor) -> Tensor:
    """(B, 1, H, W) how much an error counts: most around the eye."""
    y = (torch.arange(like.shape[2], device=like.device) + 0.5)[None, :, None]
    above = ((y - lids.open_upper[:, None] + 13) / 6).clamp(0, 1)
    below = ((lids.open_lower[:, None] + 17 - y) / 6).clamp(0, 1)
    return (0.3 + 2 * above * below)[:, None]


def draw(net: LidNet, batch: Batch) -> tuple[Tensor, Tensor]:
    """What the net makes of a batch: pictures and opacities."""
    filled = fill_eye(batch.image, batch.lids)
    planes = input_planes(batch.image, filled, batch.lids, batch.lashes)
    return compose(batch.image, filled, batch.lids, net(planes))


def gradient_error(one: Tensor, other: Tensor, weight: Tensor) -> Tensor:
    """L1 of the differences between neighbours, at three scales."""
    total = one.new_zeros(())
    for scale in (1, 2, 4):
        if scale > 1:
            one, other, weight = (F.avg_pool2d(x, 2) for x in (one, other, weight))
        for axis in (2, 3):
            size = one.shape[axis] - 1
            step = (one - other).narrow(axis, 1, size) - (one - other).narrow(axis, 0, size)
            total = total + (step.abs() * weight.narrow(axis, 0, size)).mean()
    return total


def _judged(picture: Tensor, batch: Batch) -> Tensor:
    y = (torch.arange(picture.shape[2], device=picture.device) + 0.5)[None, :, None]
    opening = ((y - batch.lids.upper[:, None] + 0.5).clamp(0, 1) * (batch.lids.lower[:, None] - y + 0.5).clamp(0, 1))[:, None]
    return torch.cat([picture, batch.lashes, opening], 1)


def main() -> None:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pairs", type=Path, nargs="+", required=True)
    options.add_argument("--minutes", type=float, default=None, help="stop after this time (default: after --steps)")
    options.add_argument("--steps", type=int, default=20000)
    options.add_argument("--batch", type=int, default=32)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--resume", type=Path)
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()

    torch.set_num_threads(chosen.threads)
    torch.manual_seed(chosen.seed)
    generator = torch.Generator().manual_seed(chosen.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pairs = Pairs(chosen.pairs, HELD_OUT, device)
    print(f"{len(pairs)} people, on {device}", flush=True)

    net = LidNet().to(device, memory_format=torch.channels_last)
    critic = Discriminator().to(device)
    if chosen.resume:
        saved = torch.load(chosen.resume, map_location=device)
        net.load_state_dict(saved["net"])
        critic.load_state_dict(saved["critic"])
    optimiser = torch.optim.Adam(net.parameters(), LEARNING_RATE, betas=(0.9, 0.99))
    critic_optimiser = torch.optim.Adam(critic.parameters(), 2e-4, betas=(0.5, 0.99))
    started, step, errors = time.time(), 0, []
    while True:
        share = (time.time() - started) / (60 * chosen.minutes) if chosen.minutes else step / chosen.steps
        if share >= 1:
            break
        rate = LEARNING_RATE * (0.5 * max(0.03, 1 - share) if chosen.resume else max(0.03, min(1, 2 - 2 * share)))
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 50)
        batch = photographed(pairs.random(chosen.batch, generator), generator)
        drawn, alpha = draw(net, batch)
        weight = attention(batch.lids, drawn)
        l1 = ((drawn - batch.target).abs() * weight).mean()
        loss = L1_WEIGHT * l1 + GRADIENT_WEIGHT * gradient_error(drawn, batch.target, weight) + ALPHA_WEIGHT * alpha.mean()
        adversarial = share > ADVERSARIAL_FROM
        if adversarial:
            seen = F.avg_pool2d(weight, 4)
            loss = loss - ADVERSARIAL_WEIGHT * (critic(_judged(drawn, batch)) * seen).sum() / seen.sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        if adversarial:
            fake, real = critic(_judged(drawn.detach(), batch)), critic(_judged(batch.target, batch))
            critic_loss = ((F.relu(1 - real) + F.relu(1 + fake)) * seen).sum() / seen.sum()
            critic_optimiser.zero_grad(set_to_none=True)
            critic_loss.backward()
            critic_optimiser.step()
        errors.append(float(l1))
        step += 1
        if step % 100 == 0:
            print(f"step {step}, {time.time() - started:.0f} s, l1 {sum(errors) / len(errors):.5f}", flush=True)
            errors.clear()
        if step % 500 == 0:
            _save(net, critic, chosen.out)
    _save(net, critic, chosen.out)
    print(f"{step} steps of {chosen.batch}, {time.time() - started:.0f} s")


def _save(net: LidNet, critic: Discriminator, file: Path) -> None:
    partial = file.with_suffix(".partial")
    torch.save({"net": net.state_dict(), "critic": critic.state_dict()}, partial)
    partial.replace(file)


if __name__ == "__main__":
    main()
