"""The Debian packages that data is made of, and those that only tests may read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "text", "catalogues", "fonts", "icons", "stamps", "clipart", "maps", "wallpapers", "pdf"
]
Profile = Literal["ci", "small", "full"]
PROFILES: tuple[Profile, ...] = get_args(Profile)  # each holds those before it
HELD_OUT = (  # what tests and evaluation are made of, never training data
    "sqlite3-doc",
    "git-doc",
    "debian-policy",
    "iso-flags-png-320x240",
    "r-doc-pdf",
    "texlive-lang-arabic",
    "texlive-lang-chinese",
    "texlive-lang-japanese",
    "texlive-lang-korean",
    "fonts-open-sans",
    "fonts-lato",
    "fonts-crosextra-carlito",
    "fonts-roboto-unhinted",
    "fonts-vollkorn",
)


@dataclass(frozen=True)
class Package:
    name: str
    kind: Kind
    profile: Profile  # the smallest one that it belongs to
    licence: str  # of the package as a whole; items may have their own (data/copyright.py)


def _table(rows: str) -> tuple[Package, ...]:
    return tuple(Package(*row.split(None, 3)) for row in rows.strip().splitlines())  # type: ignore[arg-type]


PACKAGES = _table("""
debian-handbook           text        ci     GPL-2.0+ or CC-BY-SA-3.0
gimp-help-common          text        ci     GFDL-NIV-1.2+
gimp-help-en              text        ci     GFDL-NIV-1.2+
gnome-user-docs           text        ci     CC-BY-SA-3.0
libreoffice-help-vi       text        ci     MPL-2.0
libreoffice-help-en-us    text        ci     MPL-2.0
libreoffice-help-ko       text        ci     MPL-2.0
libreoffice-l10n-ar       catalogues  ci     MPL-2.0
libreoffice-l10n-vi       catalogues  ci     MPL-2.0
libreoffice-l10n-ko       catalogues  ci     MPL-2.0
gimp-data                 catalogues  ci     GPL-3+
libgtk-3-common           catalogues  ci     LGPL-2+
libglib2.0-data           catalogues  ci     LGPL-2.1+
nautilus-data             catalogues  ci     GPL-3+
fonts-noto-core           fonts       ci     OFL-1.1
fonts-noto-cjk            fonts       ci     OFL-1.1
fonts-nanum               fonts       ci     OFL-1.1
fonts-hosny-amiri         fonts       ci     OFL-1.1
fonts-breip               fonts       ci     OFL-1.0
fonts-dkg-handwriting     fonts       ci     OFL-1.1
fonts-rufscript           fonts       ci     GPL-3 with font exception
fonts-dancingscript       fonts       ci     OFL-1.1
fonts-seto                fonts       ci     OFL-1.1
papirus-icon-theme        icons       ci     GPL-3
kgeography-data           maps        ci     GPL-2+
tuxpaint-stamps-default   stamps      ci     GPL-2
lomiri-wallpapers-16.04   wallpapers  ci     CC-BY-4.0 and CC-BY-SA-3.0 and others
gnucash-docs              text        small  GFDL-NIV-1.1+
libreoffice-help-de       text        small  MPL-2.0
libreoffice-help-es       text        small  MPL-2.0
libreoffice-help-fr       text        small  MPL-2.0
libreoffice-help-it       text        small  MPL-2.0
libreoffice-help-ja       text        small  MPL-2.0
libreoffice-help-pt       text        small  MPL-2.0
libreoffice-help-ru       text        small  MPL-2.0
libreoffice-help-zh-cn    text        small  MPL-2.0
evolution-common          catalogues  small  LGPL-2
gnome-control-center-data catalogues  small  GPL-2+
gnucash-common            catalogues  small  GPL-2+
wesnoth-1.16-httt         catalogues  small  GPL-2+
openclipart-png           clipart     small  public-domain
openclipart-svg           clipart     small  public-domain
gnome-backgrounds         wallpapers  small  CC-BY-SA-3.0 and others
installation-guide-amd64  text        small  GPL-2
lomiri-wallpapers-20.04   wallpapers  small  CC-BY-4.0 and CC-BY-SA-3.0 and others
mate-backgrounds          wallpapers  small  GPL-2+
ukui-wallpapers           wallpapers  small  CC-BY-SA-3.0
fonts-dejavu-core         fonts       small  bitstream-vera
fonts-liberation          fonts       small  GPL-2 with font exception
fonts-freefont-ttf        fonts       small  GPL-3+ with font exception
fonts-linuxlibertine      fonts       small  OFL-1.1
fonts-arphic-gkai00mp     fonts       small  Arphic
fonts-arphic-gbsn00lp     fonts       small  Arphic
fonts-aoyagi-soseki       fonts       small  public-domain
fonts-comic-neue          fonts       small  OFL-1.1
fonts-kouzan-mouhitsu     fonts       small  public-domain
fonts-nanum-extra         fonts       small  OFL-1.1
fonts-ipaexfont-gothic    fonts       small  IPA
fonts-ipaexfont-mincho    fonts       small  IPA
fonts-unfonts-core        fonts       small  GPL-2
fonts-lemonada            fonts       small  OFL-1.1
fonts-paktype             fonts       small  GPL-2
fonts-bwht                fonts       small  OFL-1.1
fonts-femkeklaver         fonts       small  CC-BY-SA-3.0
fonts-humor-sans          fonts       small  OFL-1.1
fonts-junicode            fonts       small  OFL-1.1
fonts-kaushanscript       fonts       small  OFL-1.1
fonts-kristi              fonts       small  OFL-1.1
fonts-lobster             fonts       small  OFL-1.1
fonts-sjfonts             fonts       small  GPL-2 with font exception
opencv-doc                text        full   Apache-2.0
python-scipy-doc          text        full   BSD-3-clause
fonts-lxgw-wenkai         fonts       full   OFL-1.1
fonts-noto-extra          fonts       full   OFL-1.1
fonts-noto-cjk-extra      fonts       full   OFL-1.1
plasma-workspace-wallpapers wallpapers full  LGPL-3+
texlive-latex-base-doc    pdf         full   LPPL-1.3 and others
texlive-latex-recommended-doc pdf     full   LPPL-1.3 and others
texlive-latex-extra-doc   pdf         full   LPPL-1.3 and others
texlive-pictures-doc      pdf         full   LPPL-1.3 and others
texlive-publishers-doc    pdf         full   LPPL-1.3 and others
lilypond-doc-pdf          pdf         full   GFDL-1.3+
""")


def of_profile(profile: str) -> tuple[Package, ...]:
    """The packages of a profile, those of the smaller ones included; ValueError if unknown."""
    if profile not in PROFILES:
        raise ValueError(f"no profile {profile!r}: choose one of {', '.join(PROFILES)}")
    within = PROFILES[: PROFILES.index(profile) + 1]
    return tuple(each for each in PACKAGES if each.profile in within)


def of_kind(kind: Kind) -> tuple[str, ...]:
    return tuple(each.name for each in PACKAGES if each.kind == kind)


def training(packages: Iterable[str]) -> list[str]:
    """The same names, if training may read them all; ValueError names what it may not.

    Only what stands in PACKAGES is for training, so that a new test can always be drawn from the
    rest of Debian. Of maps and stamps some items are held out, too (data/held_out.py).
    """
    names = list(packages)
    if held := [name for name in names if name in HELD_OUT]:
        raise ValueError(f"held out for tests, not for training: {', '.join(held)}")
    allowed = {each.name for each in PACKAGES}
    if unknown := [name for name in names if name not in allowed]:
        raise ValueError(
            f"not among the packages for training: {', '.join(unknown)}; "
            "add them to qvl/data/packages.py if no test reads them"
        )
    return names
