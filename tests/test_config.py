"""feedgen.toml and the files beside it."""

import pytest

from feedgen import config
from feedgen.config import HostedAccount, LocalCatalogue
from feedgen.errors import Mistakes, UsageProblem
from feedgen.settings import SeriesSettings

PUBLISH = '[publish]\nfolder = "feeds"\nurl = "https://podcasts.example.com/"\n'


def project(tmp_path, text, **series):
    (tmp_path / "feedgen.toml").write_text(text, encoding="utf-8")
    for slug, settings in series.items():
        (tmp_path / "series").mkdir(exist_ok=True)
        (tmp_path / "series" / f"{slug}.toml").write_text(settings, encoding="utf-8")
    return config.load(tmp_path)


def test_a_local_catalogue_is_enough(tmp_path):
    """A catalogue folder and a place to publish make a configuration."""
    loaded = project(tmp_path, f'{PUBLISH}[catalogue]\nfolder = "shows"\n')

    assert loaded.source == LocalCatalogue(folder="shows")
    assert loaded.catalogue_folder == tmp_path / "shows"
    assert loaded.publish_folder == tmp_path / "feeds"
    assert loaded.publish_url == "https://podcasts.example.com"


def test_a_hosted_account_is_enough(tmp_path):
    """An account needs nothing but its table; its address has a default."""
    loaded = project(tmp_path, f"{PUBLISH}[art19]\n")

    assert loaded.source == HostedAccount()
    assert loaded.catalogue_folder is None


def test_no_file_says_what_to_run(tmp_path):
    """Without feedgen.toml nothing is attempted and the hint names a working example."""
    with pytest.raises(UsageProblem, match=r"no feedgen\.toml") as caught:
        config.load(tmp_path)

    assert "feedgen demo" in caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (PUBLISH, "exactly one of the tables"),
        (f'{PUBLISH}[art19]\n[catalogue]\nfolder = "x"\n', "exactly one of the tables"),
        ('[art19]\n[publish]\nfolder = "f"\nurl = "http://x.example"\n', "https URL"),
        (f'{PUBLISH}[art19]\nurl = "ftp://x"\n', "absolute http"),
        (f'{PUBLISH}[art19]\n[templates]\nfolder = "none"\n', "there is no folder"),
        (f"{PUBLISH}[art19]\n[feed]\nprofil = 1\n", "did you mean 'profile'"),
        (f'{PUBLISH}[art19]\n[feed]\ntitle = "Daily"\n', "of one series, not of all"),
        (f'{PUBLISH}[art19]\n[feed.feeds.plus]\nfeed_url = "https://x.example/p"\n', "of one"),
    ],
)
def test_a_mistake_names_file_line_and_field(tmp_path, text, problem):
    """What is wrong in feedgen.toml is said with its place."""
    with pytest.raises(Mistakes) as caught:
        project(tmp_path, text)
    (mistake,) = caught.value.mistakes

    assert problem in mistake.problem
    assert mistake.file.endswith("feedgen.toml")


def test_what_tells_feeds_apart_is_said_of_one_series(tmp_path):
    """An address or a guid in the table for all series is refused, and its line is named."""
    guid = "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    with pytest.raises(Mistakes) as caught:
        project(
            tmp_path,
            f'{PUBLISH}[catalogue]\nfolder = "c"\n[feed]\nlanguage = "en"\n'
            f'feed_url = "https://x.example/f.xml"\npodcast_guid = "{guid}"\n',
        )

    told = [(each.field, each.line) for each in caught.value.mistakes]
    assert told == [("feed.feed_url", 8), ("feed.podcast_guid", 9)]
    assert "series.toml" in caught.value.mistakes[0].problem


def test_settings_are_laid_over_each_other(tmp_path):
    """Defaults give way to the file of the series, and that to the facts of the show."""
    loaded = project(
        tmp_path,
        f'{PUBLISH}[art19]\n[feed]\nauthor = "All"\ncopyright = "All"\nmedium = "music"\n',
        daily='author = "Daily"\ncopyright = "Daily"\n',
    )
    settings = loaded.settings_for("daily", SeriesSettings(author="Own"))

    assert (settings.author, settings.copyright, settings.medium) == ("Own", "Daily", "music")


def test_the_feed_url_follows_from_the_place_of_publication(tmp_path):
    """A series without a feed_url is served under its slug."""
    loaded = project(tmp_path, f"{PUBLISH}[art19]\n")

    assert loaded.settings_for("daily").feed_url == "https://podcasts.example.com/daily.xml"


def test_a_mistake_in_one_series_file_is_kept_for_that_series(tmp_path):
    """The other series of the account are not touched by it."""
    loaded = project(tmp_path, f"{PUBLISH}[art19]\n", bad="nonsense = 1\n", good='author = "A"\n')

    assert set(loaded.series_mistakes) == {"bad"}
    assert set(loaded.series) == {"good"}
