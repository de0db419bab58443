"""Write which options of other compilers GCC refuses: `compiler_options.csv`.

    python data/obstacles/compiler_options.py [--compiler g++]

Each option of the list below, all of Clang, of Apple's and Intel's compilers or of Visual C++, is
given to the compiler with an empty source. What it takes is left out of the table.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import tempfile
from pathlib import Path

TABLE = Path(__file__).parents[2] / "wheelcheck/builds/obstacles/compiler_options.csv"
CLANG = """-stdlib=|libc++ -Weverything -Xclang -fcolor-diagnostics -fno-color-diagnostics
-Qunused-arguments -Wshorten-64-to-32 -Wdocumentation -glldb -fvectorize -fno-vectorize
-faligned-allocation -fno-aligned-allocation -fbracket-depth=|1024 -fconstexpr-steps=|100
-fheinous-gnu-extensions -fno-limit-debug-info -fstandalone-debug -Wimplicit-int-conversion
-Wunused-command-line-argument -Wunreachable-code-return -Wgnu-zero-variadic-macro-arguments
-Wthread-safety -Wc++11-extensions -Wdeprecated-register -Wtautological-compare
-fopenmp=|libomp -Rpass -fslp-vectorize -fblocks -fcxx-modules -flto=thin -Wheader-hygiene
-Wconditional-uninitialized -Wextra-semi-stmt -Wmost -mllvm -Wloop-analysis -Wassign-enum
-Wself-assign -Wdate-time -Wstrict-prototypes"""
APPLE = """-arch -mmacosx-version-min=|10.9 -mmacos-version-min=|11 -framework -fobjc-arc
-fno-objc-arc -bundle -dynamiclib -headerpad_max_install_names -flat_namespace -ObjC -mkernel
-mdynamic-no-pic -no-cpp-precomp -Wno-long-double -fapple-kext -mios-version-min=|9 -faltivec
-fpascal-strings -weak_framework -install_name -compatibility_version -current_version
-read_only_relocs -bundle_loader"""
INTEL = """-xHost -ipo -fast -qopenmp -fp-model -no-prec-div -qopt-report -axCORE-AVX2 -mkl
-parallel -restrict -wd|383 -vec-report -xAVX -xSSE4.2 -no-multibyte-chars -static-intel"""
VISUAL = """/std:|c++17 -std:|c++17 -std=c++latest /O1 /O2 /Ox /Od /EHsc /EHa /GL /GR /MT /MD /W1
/W2 /W3 /W4 /WX /openmp /bigobj /utf-8 /fp:|fast /arch:|AVX2 /permissive- /Zc:|__cplusplus /Zi
/wd|4996 /LTCG /nologo -EHsc -bigobj -Zc:|__cplusplus -Zi -W4996"""
OTHERS = "-mthreads -municode -mwindows -mno-cygwin -xarch=|native -KPIC -qpic -xc99"
"""A bar is before a value, any of which is refused."""


def main() -> int:
    """Fill the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--compiler", default="g++")
    compiler = parser.parse_args().compiler
    version = subprocess.run(
        [compiler, "-dumpfullversion"], capture_output=True, text=True, check=True
    )
    source = f"measured: {Path(compiler).name} {version.stdout.strip()} on x86-64"
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for option in f"{CLANG} {APPLE} {INTEL} {VISUAL} {OTHERS}".split():
            error = refusal(compiler, option.replace("|", ""), Path(folder))
            if error:
                shown = option.partition("|")[0] + "*" * ("|" in option)
                rows.append({"option": shown, "error": error, "source": source})
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["option", "error", "source"], lineterminator="\n")
        table.writeheader()
        table.writerows(sorted(rows, key=lambda row: row["option"]))
    return 0


def refusal(compiler: str, option: str, folder: Path) -> str:
    """The first error of a compiler that gets an option; "" if it takes it."""
    source = folder / "empty.cpp"
    source.write_text("int nothing;\n", encoding="utf-8")
    command = [compiler, "-c", option, str(source), "-o", str(folder / "empty.o")]
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C", "PATH": "/usr/bin"},
    )
    errors = [line for line in run.stderr.splitlines() if "error:" in line]
    found = errors[0].partition("error: ")[2] if run.returncode and errors else ""
    return found.partition("; did you mean")[0].replace(str(folder) + "/", "")


if __name__ == "__main__":
    raise SystemExit(main())
