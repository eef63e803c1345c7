#!/usr/bin/env bats
# The life of the package PACKAGE, in a guest whose files are its own: each test goes on where the one before ended. Booted
# by ../package.bats.

load ../guest/guest

binding=/etc/vfionoiommu.d/$edu
conf=/etc/modprobe.d/vfionoiommu.conf

# From here on what is written to these folders goes to /run/changed, so that all of it is seen; /run/before has them as they
# were.
watch_folders() {
	local folder modules
	modules=usr/lib/modules/$(uname -r)
	for folder in etc usr var/lib; do
		mkdir -p "/run/before/$folder" "/run/changed/$folder" "/run/work/$folder"
		mount --rbind "/$folder" "/run/before/$folder"
		mount -t overlay -o "lowerdir=/$folder,upperdir=/run/changed/$folder,workdir=/run/work/$folder" overlay "/$folder"
	done
	mount --bind "/run/before/$modules" "/$modules"
}

# All files that are new, changed or gone, and new folders; but for what dpkg itself writes down.
changed() {
	local path
	cd /run/changed || return
	find * -path var/lib/dpkg -prune -o -print | while read -r path; do
		[ -d "$path" ] && [ -d "/run/before/$path" ] || echo "$path"
	done
}

# What a boot does for each device.
add_event() {
	udevadm trigger --action=add --subsystem-match=pci
	udevadm settle
}

setup_file() {
	[ ! -e "$VFIONOIOMMU" ]
	modprobe e1000e
	watch_folders
}

@test "installing binds nothing, loads nothing and writes nothing to /etc" {
	before=$(machine; lsmod)
	dpkg -i "$PACKAGE"
	add_event
	[ "$(machine; lsmod)" = "$before" ]
	changed | grep -x usr/sbin/vfionoiommu
	[ -z "$(changed | grep -v '^usr/')" ]
}

@test "it is all there, as it was packed" {
	[ "$(command -v vfionoiommu)" = "$VFIONOIOMMU" ]
	[ "$(tool --version)" = "vfionoiommu $(dpkg-query --show --showformat='${Version}' vfionoiommu)" ]
	[ -z "$(dpkg --verify vfionoiommu)" ]
	dpkg -L vfionoiommu | grep -x /usr/lib/udev/rules.d/60-vfionoiommu.rules
}

@test "the man page can be read" {
	[ "$(man -w vfionoiommu)" = /usr/share/man/man8/vfionoiommu.8.gz ]
	man vfionoiommu | grep -q '^VFIONOIOMMU(8)'
}

@test "the completions are where the distribution's shells look" {
	[ -s /usr/share/bash-completion/completions/vfionoiommu ]
	[ -s /usr/share/zsh/vendor-completions/_vfionoiommu ]
	[ -s /usr/share/fish/vendor_completions.d/vfionoiommu.fish ]
}

@test "it works" {
	run_tool status
	status_is 3
	tool enable --persistent
	tool status
	tool bind "$nic"
	[ "$(driver_of "$nic")" = vfio-pci ]
	tool verify "$nic"
	tool unbind "$nic"
	[ "$(driver_of "$nic")" = e1000e ]
}

@test "a persistent binding is obeyed by the udevd that was there before the package" {
	tool bind --persistent "$edu"
	tool unbind "$edu"
	[ -z "$(driver_of "$edu")" ]
	add_event
	[ "$(driver_of "$edu")" = vfio-pci ]
}

@test "removed: its files are gone, the device and the configuration are as they were" {
	files=$(dpkg -L vfionoiommu)
	before=$(machine; cat "$binding" "$conf")
	dpkg -r vfionoiommu
	add_event
	[ "$(machine; cat "$binding" "$conf")" = "$before" ]
	for file in $files; do
		[ -d "$file" ] || [ ! -e "$file" ]
	done
}

@test "installed again, it gives the device back, and knows what was set up" {
	dpkg -i "$PACKAGE"
	tool list -nro BOOT "$edu" | grep -x yes
	tool unbind "$edu"
	[ -z "$(driver_of "$edu")" ]
}

@test "purged: what it wrote is gone, what the admin wrote or changed is not" {
	echo "# ours" >>"$conf"
	echo "see ticket 7" >/etc/vfionoiommu.d/notes
	echo "ADDRESS=$edu" >/etc/vfionoiommu.d/copy
	dpkg -P vfionoiommu
	[ "$(tail -n 1 "$conf")" = "# ours" ]
	[ "$(ls /etc/vfionoiommu.d)" = "copy
notes" ]
	[ -z "$(find /run -maxdepth 1 -name 'vfionoiommu*')" ]
	rm -r "$conf" /etc/vfionoiommu.d
}

@test "purged with a device bound: it stays bound, and the note of its driver in /run; nothing is left on the disk" {
	dpkg -i "$PACKAGE"
	tool enable --persistent
	tool bind --persistent "$edu"
	[ -e "$binding" ]
	[ -e "$conf" ]
	before=$(machine)
	dpkg -P vfionoiommu
	[ "$(machine)" = "$before" ]
	[ "$(driver_of "$edu")" = vfio-pci ]
	[ -e "/run/vfionoiommu/$edu" ]
	changed | diff - /dev/null
}
