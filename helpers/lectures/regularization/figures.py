"""The figures of lecture 09."""

import numpy as np

from helpers.drawing.style import COMPARED, GREY, ORANGE, ROLES, SKY, described, new_figure


def draw_memorizing(epochs, curves):
    """Accuracy by epoch: {title: (training accuracy (times,), accuracy on new pictures (times,))}."""
    figure, axes = new_figure(1, len(curves), sharey=True)
    words = []
    for ax, (title, (train, fresh)) in zip(axes, curves.items(), strict=True):
        ax.plot(epochs, 100 * train, **ROLES["train"], label="training")
        ax.plot(epochs, 100 * fresh, **ROLES["test"], label="new pictures")
        ax.set(title=title, xlabel="epoch", ylim=(0, 102))
        words.append(f"{title}: {100 * train[-1]:.0f} % on the training set, {100 * fresh[-1]:.0f} % on new pictures")
    axes[0].set_ylabel("accuracy (%)")
    axes[-1].legend()
    return described(figure, "Accuracy by epoch, at the end: " + "; ".join(words) + ".")


def draw_fits(grid, truth, fits, columns=3):
    """Some curves of many training sets, their mean and the truth: {title: predictions (training sets, places)}."""
    figure, axes = new_figure(1, columns, sharey=True)
    words = []
    for ax, (title, predictions) in zip(axes, fits.items(), strict=True):
        ax.plot(grid, predictions[:20].T, color=GREY, linewidth=0.5)
        ax.plot(grid, truth, **ROLES["reference"] | {"color": "black", "linewidth": 2}, label="truth")
        ax.plot(grid, predictions.mean(axis=0), **ROLES["function"], label="mean of the fits")
        ax.set(title=title, xlabel="x", ylim=(-1.8, 1.8))
        words.append(f"{title}: on average the fits scatter by {predictions.std(axis=0).mean():.2f}")
    axes[0].legend()
    return described(
        figure, "Twenty fits to different noisy points, their mean and the truth. " + "; ".join(words) + "."
    )


def draw_bias_variance(degrees, bias, variance):
    """Squared bias, variance and their sum by the degree of the polynomial."""
    figure, ax = new_figure(width=6.5)
    total = np.add(bias, variance)
    for values, role, label in zip(
        (bias, variance, total), COMPARED, ("bias squared", "variance", "sum"), strict=False
    ):
        ax.semilogy(degrees, values, **ROLES[role], label=label)
    ax.set(xlabel="degree of the polynomial", ylabel="mean square")
    ax.legend()
    best = degrees[int(np.argmin(total))]
    return described(
        figure,
        f"Squared bias falls from {bias[0]:.3f} to {bias[-1]:.5f}, variance grows from {variance[0]:.3f} to "
        f"{variance[-1]:.3f}; the sum is smallest at degree {best}.",
    )


def draw_descent(sizes, errors):
    """Test error by the number of features: {label: (sizes, seeds)}."""
    figure, ax = new_figure(width=7.5)
    words = []
    for (label, error), role in zip(errors.items(), COMPARED, strict=False):
        mean = error.mean(axis=1)
        ax.semilogx(sizes, 100 * mean, **ROLES[role], label=label)
        top = int(mean.argmax())
        words.append(
            f"{label}: highest at {sizes[top]} features with {100 * mean[top]:.0f} %, {100 * mean[-1]:.0f} % at the end"
        )
    ax.set(xlabel="random features", ylabel="test error (%)")
    ax.legend()
    return described(figure, "Test error against the number of features. " + "; ".join(words) + ".")


def draw_weights(weights):
    """Histograms of weights: {title: array of weights}."""
    figure, axes = new_figure(1, len(weights), height=2.8, sharey=True)
    words = []
    for ax, (title, values) in zip(axes, weights.items(), strict=True):
        ax.hist(np.ravel(values), bins=np.linspace(-0.7, 0.7, 57), color=SKY)
        ax.set(title=title, xlabel="weight", yscale="log")
        size = np.sqrt(np.mean(values**2))
        words.append(f"{title}: {100 * np.mean(values == 0):.0f} % are exactly 0, root mean square {size:.3f}")
    axes[0].set_ylabel("number")
    return described(figure, "Histograms of the weights of the first layer. " + "; ".join(words) + ".")


def draw_stopping(epochs, train, validation, best):
    """Training and validation loss by epoch, and the epoch with the lowest validation loss."""
    figure, ax = new_figure(width=7)
    ax.plot(epochs, train, **ROLES["train"], label="training loss")
    ax.plot(epochs, validation, **ROLES["validation"], label="validation loss")
    ax.axvline(epochs[best], **ROLES["reference"])
    ax.set(xlabel="epoch", ylabel="cross-entropy")
    ax.legend()
    return described(
        figure,
        f"The training loss falls to {train[-1]:.2f}; the validation loss falls to {validation[best]:.2f} in epoch "
        f"{epochs[best]} and rises to {validation[-1]:.2f}.",
    )


def draw_spread(errors):
    """Share of wrong answers by the spread of MC dropout: (seeds, bins), from small to large spread."""
    figure, ax = new_figure(width=6)
    mean = errors.mean(axis=0)
    ax.bar(np.arange(1, len(mean) + 1), 100 * mean, color=SKY)
    for row in errors:
        ax.plot(np.arange(1, len(mean) + 1), 100 * row, ".", color=ORANGE)
    ax.set(xlabel="fifth of the test pictures, from small to large spread", ylabel="wrong answers (%)")
    return described(
        figure,
        f"Wrong answers by the spread over masks: {100 * mean[0]:.1f} % in the fifth with the smallest spread, "
        f"{100 * mean[-1]:.1f} % in the one with the largest.",
    )


def draw_pictures(pictures, titles):
    """Small grey pictures (n, 64) side by side."""
    figure, axes = new_figure(1, len(titles), width=9, height=1.9)
    for ax, picture, title in zip(axes, pictures, titles, strict=True):
        ax.imshow(np.reshape(picture, (8, 8)), cmap="gray_r", vmin=0, vmax=1)
        ax.set(title=title, xticks=[], yticks=[])
    return described(figure, f"{len(titles)} pictures of eight by eight pixels: {', '.join(titles)}.")


def draw_gains(gains):
    """How much less test error a remedy has, with its 95 % interval: {setting: {remedy: (mean, half width)}}."""
    figure, axes = new_figure(1, len(gains), height=3.4, sharey=True)
    words = []
    for ax, (setting, found) in zip(axes, gains.items(), strict=True):
        places = np.arange(len(found))[::-1]
        means, halves = 100 * np.array(list(found.values())).T
        ax.errorbar(means, places, xerr=halves, fmt="o", color=ORANGE, capsize=3)
        ax.axvline(0, **ROLES["reference"])
        ax.set(title=setting, xlabel="test error less, points", yticks=places, yticklabels=list(found))
        sure = [name for name, (mean, half) in found.items() if mean - half > 0]
        words.append(f"{setting}: above 0 with their whole interval are {', '.join(sure) or 'none'}")
    return described(figure, "How many points of test error each remedy saves. " + "; ".join(words) + ".")
