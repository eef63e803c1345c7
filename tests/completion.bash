# Asks real shells for completions, each interactive on its own terminal: bash, framework (bash with bash-completion, which
# loads the file itself), zsh, and fish by its `complete -C`. Each line must start with `vfionoiommu `, which runs
# $VFIONOIOMMU, or the program in the folder TOOLS, which may also have none.
#
#   offered bash "vfionoiommu list -" "vfionoiommu bind -"      all options of list on one line, those of bind on the next
#   completed zsh "vfionoiommu --sysroot DIR bind 0"            each line after TAB
#   listed fish "vfionoiommu --sysroot DIR bind 0"              the choices as displayed, with descriptions

# The shells' home, with the program and their start files, in `shells`. The key bindings in all shells: Alt-* inserts all
# completions, ^Xl lists them, ^Xt saves the time used, ^Xw saves the line and clears it, ^Xq exits.
shells_setup() {
	local completions
	completions=$(realpath "${tree:-$BATS_TEST_DIRNAME/..}/completions")
	shells=$BATS_FILE_TMPDIR/shells${completions//\//-}
	[ ! -d "$shells" ] || return 0
	mkdir -p "$shells"/{bin,bash-completion/completions}
	ln -s "$(realpath "$VFIONOIOMMU")" "$shells/bin/vfionoiommu"
	ln -s "$completions/vfionoiommu.bash" "$shells/bash-completion/completions/vfionoiommu"
	cat >"$shells/bash.rc" <<-END
		. '$completions/vfionoiommu.bash'
		write_line() { echo "\$READLINE_LINE" >>~/lines; READLINE_LINE=; }
		bind -x '"\C-xw": write_line'
		bind -x '"\C-xt": cat /proc/\$\$/stat >>~/times'
		bind -x '"\C-xq": exit'
		bind '"\C-xl": possible-completions'
	END
	sed '1s|.*|. /usr/share/bash-completion/bash_completion|' "$shells/bash.rc" >"$shells/framework.rc"
	cat >"$shells/.zshrc" <<-END
		fpath=('$completions' \$fpath)
		autoload -Uz compinit
		compinit -u -C -d '$BATS_FILE_TMPDIR/zcompdump'
		zle -C all complete-word all
		all() { _main_complete; compstate[insert]=all }
		write-line() { print -r -- \$BUFFER >>~/lines; BUFFER= }
		stamp() { cat /proc/\$\$/stat >>~/times }
		quit() { exit }
		for widget in write-line stamp quit; do zle -N \$widget; done
		bindkey '\e*' all '^Xl' list-choices '^Xw' write-line '^Xt' stamp '^Xq' quit
	END
	echo "source '$completions/vfionoiommu.fish'" >"$shells/rc.fish"
}

in_shells() { # COMMAND...
	env -i HOME="$shells" ZDOTDIR="$shells" BASH_COMPLETION_USER_DIR="$shells/bash-completion" TERM=xterm \
		LANG=C.UTF-8 PATH="${TOOLS:-$shells/bin}:/usr/bin:/bin" "$@"
}

# Types the keys, in the format of printf %b, once the terminal is raw, so that none is lost. Runs until it is killed:
# script(1) sometimes sleeps at the end of its input.
keys() { # KEYS
	until [ -e "$shells/ready" ]; do sleep 0.01; done
	printf '%b\x18q' "$1"
	exec sleep infinity
}

typed() { # bash|framework|zsh KEYS
	local command="bash --noprofile --rcfile $shells/$1.rc -i"
	[ "$1" != zsh ] || command="zsh -d -i"
	local status=0
	rm -f "$shells"/{ready,lines,times}
	in_shells timeout 30 script -qec "stty raw -echo cols 200 rows 100; touch ~/ready; exec $command" /dev/null \
		< <(keys "$2" 3>&-) 3>&- || status=$?
	kill "$!"
	return "$status"
}

in_fish() { # COMMAND ARGUMENT...
	in_shells fish --no-config -C "source ~/rc.fish" -c "$1" "${@:2}"
}

# The words that were inserted into the line. bash does not repeat text before a colon or an equal sign.
new_words() { # SHELL BEFORE AFTER
	local last=${2##* } kept='' words
	[ "$2" != "$3" ] || { echo && return; }
	[ "$1" = zsh ] || kept=${last%"${last##*[:=]}"}
	read -ra words <<<"${3:${#2}-${#last}+${#kept}}"
	echo "${words[@]/#/$kept}"
}

# The completions of the last word of each line, as whole words in alphabetical order, on one line each. Removes quoting, and
# suffixes that not all shells add.
offered() { # SHELL LINE...
	local after i
	shells_setup
	if [ "$1" = fish ]; then
		# Without the words that only resemble the typed one, which fish 4 adds.
		in_fish 'for line in $argv
				set -l word (string split " " -- $line)[-1]
				echo (complete -C $line | string split -f 1 \t | string match -- "$word*")
			end' "${@:2}"
	else
		typed "$1" "$(printf '%s\\e*\\x18w' "${@:2}")" >/dev/null
		mapfile -t after <"$shells/lines"
		for ((i = 2; i <= $#; i++)); do
			new_words "$1" "${!i}" "${after[i - 2]}"
		done
	fi | sed -E 's/\\//g; s/[,:/]( |$)/\1/g' | jq -rR 'split(" ") | sort | join(" ")'
}

# Each line after TAB.
completed() { # bash|framework|zsh LINE...
	shells_setup
	typed "$1" "$(printf '%s\\t\\x18w' "${@:2}")" >/dev/null
	cat "$shells/lines"
}

# The choices as displayed.
listed() { # SHELL LINE
	shells_setup
	if [ "$1" = fish ]; then
		in_fish 'complete -C $argv' "$2"
	else
		typed "$1" "$2\x18l"
	fi
}

# The processor time of one listing, with the programs that it runs, in milliseconds; wall time depends on other tests.
duration() { # SHELL LINE
	shells_setup
	rm -f "$shells/times"
	if [ "$1" = fish ]; then
		in_fish 'cat /proc/$fish_pid/stat >~/times; for i in (seq 5); complete -C $argv; end; cat /proc/$fish_pid/stat >>~/times' "$2"
	else
		typed "$1" "$2\x18l\x18t$(printf '\\x18l%.0s' {1..5})\x18t"
	fi >/dev/null
	awk '{ ticks = $14 + $15 + $16 + $17 - ticks } END { print 10 * ticks / 5 }' "$shells/times"
}
