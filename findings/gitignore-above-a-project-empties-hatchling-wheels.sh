#!/usr/bin/env bash
# A project without git lies in a folder that has a .gitignore, such as an sdist unpacked beside other things: does the
# wheel of the project heed that file?
#
# Versions: hatchling 1.33.0, flit_core 4.2.0, poetry-core 2.5.0, pdm-backend 2.5.0, setuptools 84.2.1.
# An expert would guess: no; ignoring files is git's business, there is no repository, and the file belongs to another folder.
# Seen: hatchling climbs until it finds a .gitignore or .git, and leaves out what the file names: with "*.so" or "*.txt" data
# is missing, with the name of the package the wheel holds metadata alone; the build ends well. The others pack the module.
# Of a pattern that takes in the project itself ("*", as in the folders of venv and tox) hatchling makes an exception.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3
packed() { # PATTERN NAME=BACKEND: the files of the wheel's package
    rm -rf outer wheels
    mkdir -p outer/project/demo
    echo "$1" > outer/.gitignore
    echo '"""A module."""' > outer/project/demo/__init__.py
    echo x > outer/project/demo/data.txt
    {
        printf '[project]\nname = "demo"\nversion = "1"\ndescription = "x"\n'
        printf '[build-system]\nrequires = ["%s"]\nbuild-backend = "%s"\n' "${2%=*}" "${2##*=}"
    } > outer/project/pyproject.toml
    venv/bin/pip wheel --quiet --no-deps --wheel-dir wheels ./outer/project
    venv/bin/python -c 'import glob, zipfile
names = zipfile.ZipFile(glob.glob("wheels/*.whl")[0]).namelist()
print(*sorted(name for name in names if name.startswith("demo/")))'
}
for pattern in demo '*.txt' '*'; do
    for backend in flit_core==4.2.0=flit_core.buildapi poetry-core==2.5.0=poetry.core.masonry.api pdm-backend==2.5.0=pdm.backend; do
        expect 'demo/__init__.py demo/data.txt' "$(packed "$pattern" "$backend")"
    done
done
expect 'demo/__init__.py' "$(packed demo setuptools==84.2.1=setuptools.build_meta)"
hatchling=hatchling==1.33.0=hatchling.build
expect '' "$(packed demo $hatchling)"
expect 'demo/__init__.py' "$(packed '*.txt' $hatchling)"
expect 'demo/__init__.py demo/data.txt' "$(packed '*' $hatchling)"
