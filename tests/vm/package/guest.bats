#!/usr/bin/env bats
# The package PACKAGE from installation to purge, in a guest with its own files: each test continues where the previous one
# ended. Booted by ../package.bats.

load ../guest/guest

binding=/etc/vfionoiommu.d/$edu
conf=/etc/modprobe.d/vfionoiommu.conf

# From now on, writes to these folders go to /run/changed, where they are visible; /run/before has the original files.
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

# All new, changed and removed files, and new folders, except for the files of dpkg itself.
changed() {
	local path
	cd /run/changed || return
	find * -path var/lib/dpkg -prune -o -print | while read -r path; do
		[ -d "$path" ] && [ -d "/run/before/$path" ] || echo "$path"
	done
}

# Triggers the event of a boot for each device.
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

@test "the package contains all files unchanged" {
	[ "$(command -v vfionoiommu)" = "$VFIONOIOMMU" ]
	[ "$(tool --version)" = "vfionoiommu $(dpkg-query --show --showformat='${Version}' vfionoiommu)" ]
	[ -z "$(dpkg --verify vfionoiommu)" ]
	dpkg -L vfionoiommu | grep -x /usr/lib/udev/rules.d/60-vfionoiommu.rules
	dpkg -L vfionoiommu | grep -x /usr/lib/systemd/system/vfionoiommu@.service
	dpkg -L vfionoiommu | grep -x /usr/lib/systemd/system-generators/vfionoiommu-generator
}

@test "the man pages are readable, and the schemas are installed" {
	[ "$(man -w vfionoiommu)" = /usr/share/man/man8/vfionoiommu.8.gz ]
	man vfionoiommu | grep -q '^VFIONOIOMMU(8)'
	man vfionoiommu bind | grep -q '^VFIONOIOMMU-BIND(8)'
	[ "$(man -w vfionoiommu-findings)" = /usr/share/man/man7/vfionoiommu-findings.7.gz ]
	[ -s /usr/share/vfionoiommu/schema/list.json ]
}

@test "the completions are in the folders of the distribution's shells" {
	[ -s /usr/share/bash-completion/completions/vfionoiommu ]
	[ -s /usr/share/zsh/vendor-completions/_vfionoiommu ]
	[ -s /usr/share/fish/vendor_completions.d/vfionoiommu.fish ]
}

@test "the installed program binds and unbinds" {
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

@test "the running udevd applies a persistent binding" {
	tool bind --persistent "$edu"
	tool unbind "$edu"
	[ -z "$(driver_of "$edu")" ]
	# A repeated event does not undo an unbind.
	add_event
	[ -z "$(driver_of "$edu")" ]
	echo 1 >/sys/bus/pci/devices/"$edu"/remove
	echo 1 >/sys/bus/pci/rescan
	udevadm settle
	[ "$(driver_of "$edu")" = vfio-pci ]
}

@test "removing the package removes its files, and keeps the device bound and the configuration" {
	files=$(dpkg -L vfionoiommu)
	before=$(machine; cat "$binding" "$conf")
	dpkg -r vfionoiommu
	add_event
	[ "$(machine; cat "$binding" "$conf")" = "$before" ]
	for file in $files; do
		[ -d "$file" ] || [ ! -e "$file" ]
	done
}

@test "after reinstallation the persistent binding is listed, and unbind works" {
	dpkg -i "$PACKAGE"
	tool list -nro BOOT "$edu" | grep -x yes
	tool unbind "$edu"
	[ -z "$(driver_of "$edu")" ]
}

@test "purging removes files that the tool wrote, and keeps files that the admin wrote or changed" {
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

@test "purging with a bound device keeps it bound and its saved state, and leaves no file on disk" {
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
