# shellcheck shell=bash
# For scripts that install packages: a Debian 12 with nothing in it. It takes root and the network.

# make_debian ROOT: below that directory, from where this machine's packages are from, with its /proc. `leave_debian` unmounts that.
made_debian=
make_debian() {
  local root=$1 mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)
  debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 || { echo "debootstrap; see $root.log" >&2; return 1; }
  rm "$root/etc/apt/sources.list"  # or all is there twice
  cp -r /etc/apt/. "$root/etc/apt/"
  mount -t proc proc "$root/proc"
  made_debian=$root
}
leave_debian() { [ -z "$made_debian" ] || umount "$made_debian/proc"; }

# in_debian COMMAND...: as root, with nothing of this machine's environment.
in_debian() { chroot "$made_debian" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
