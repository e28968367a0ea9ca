#!/bin/sh
# deps.sh build|test - install what is missing to build, or to test, bttui.
#
# Does nothing, without asking for rights, when everything is there.  On a
# system with apt it installs; on others it prints the packages' names.
set -eu

build="gcc make pkg-config libncurses-dev libuv1-dev libcurl4-openssl-dev libssl-dev"
test="libcmocka-dev python3 tmux clang clang-format clang-tidy cppcheck libclang-rt-14-dev locales
 transmission-daemon transmission-cli aria2 rtorrent python3-libtorrent qbittorrent-nox
 opentracker ctorrent iproute2 util-linux"

have_build() {
	command -v pkg-config >/dev/null && command -v "${CC:-gcc}" >/dev/null &&
		pkg-config --exists ncursesw libuv libcurl libcrypto
}

have_test() {
	have_build && pkg-config --exists cmocka || return 1
	for c in python3 tmux clang clang-format clang-tidy cppcheck \
		transmission-daemon transmission-remote aria2c rtorrent \
		qbittorrent-nox opentracker ctorrent ip unshare; do
		PATH=$PATH:/usr/sbin:/sbin command -v $c >/dev/null || return 1
	done
	/usr/bin/python3 -c 'import libtorrent' 2>/dev/null
}

elsewhere() {
	cat <<-END
	bttui needs ncursesw, libuv, libcurl and libcrypto (OpenSSL) with their
	headers, a C11 compiler, make and pkg-config:
	  dnf install gcc make pkgconf ncurses-devel libuv-devel libcurl-devel openssl-devel
	  pacman -S base-devel ncurses libuv curl openssl
	  brew install pkg-config ncurses libuv curl openssl@3
	The tests also use cmocka, python3 and tmux, and other BitTorrent clients
	where they are installed.
	END
}

install() {
	if ! command -v apt-get >/dev/null; then
		elsewhere
		exit 1
	fi
	as=""
	[ "$(id -u)" = 0 ] || as=sudo
	echo "installing: $*"
	$as apt-get update -qq
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive $as apt-get install -y -qq \
		--no-install-recommends "$@" >/dev/null
}

case "${1:-build}" in
build) have_build || install $build ;;
test) have_test || install $build $test ;;
*) echo "usage: deps.sh build|test" >&2; exit 2 ;;
esac
