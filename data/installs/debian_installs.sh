#!/bin/sh
# What apt reports for packages, and what they take in an image that leaves documentation out.
#
#     debian_installs.sh ROOT FOLDER < CASES > debian_installs.csv
#
# ROOT is a root of Debian 13 as debootstrap makes it (minbase); FOLDER is for overlays. A line of
# CASES has an option of apt-get and names of packages. Needs a user who may mount.
set -eu
root=$1 folder=$2
mkdir -p "$folder/lists" "$folder/up" "$folder/work" "$folder/root"
mount -t overlay overlay -o "lowerdir=$root,upperdir=$folder/lists,workdir=$folder/work" "$folder/root"
cp /etc/resolv.conf "$folder/root/etc/resolv.conf"
chroot "$folder/root" apt-get update > /dev/null
umount "$folder/root"
echo "option,packages,reported_mb,files_mb"
while read -r option packages; do
    rm -rf "$folder/up" "$folder/work" && mkdir "$folder/up" "$folder/work"
    mount -t overlay overlay \
        -o "lowerdir=$folder/lists:$root,upperdir=$folder/up,workdir=$folder/work" "$folder/root"
    # as debuerreotype's .slimify-excludes has it
    for place in doc man groff info lintian linda locale; do
        echo "path-exclude /usr/share/$place/*"
    done > "$folder/root/etc/dpkg/dpkg.cfg.d/docker"
    echo "path-include /usr/share/doc/*/copyright" >> "$folder/root/etc/dpkg/dpkg.cfg.d/docker"
    mount --bind /proc "$folder/root/proc"
    reported=$(chroot "$folder/root" apt-get install --assume-no "$option" $packages |
        sed -n 's/^After this operation, \([0-9.]*\) MB.*/\1/p') || true
    chroot "$folder/root" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y "$option" $packages > /dev/null 2>&1
    umount "$folder/root/proc" && umount "$folder/root"
    files=$(find "$folder/up" -type f -not -path '*/var/cache/apt/*' -printf '%s\n' | awk '{ sum += $1 } END { printf "%.1f", sum / 1e6 }')
    echo "$option,$packages,$reported,$files"
done
