# Asks real shells what they complete, each interactive on a terminal of its own: bash, framework (bash with
# bash-completion), zsh and fish. What runs as `vfionoiommu` is $VFIONOIOMMU.
completions=$BATS_TEST_DIRNAME/../completions

# A folder for the shells: their home, the binary, and their start files. The keys of these: Alt-* puts all that is offered
# into the line, ^Xl lists it, ^Xq writes the line into the file `line` and ends.
shells_setup() {
	shells=$BATS_FILE_TMPDIR/shells
	[ ! -d "$shells" ] || return 0
	mkdir -p "$shells"/{bin,bash-completion/completions}
	ln -s "$(realpath "$VFIONOIOMMU")" "$shells/bin/vfionoiommu"
	ln -s "$(realpath "$completions")/vfionoiommu.bash" "$shells/bash-completion/completions/vfionoiommu"
	cat >"$shells/framework.rc" <<-'END'
		finish() { printf '%s\n' "$READLINE_LINE" >~/line; exit; }
		bind -x '"\C-xq": finish'
		bind '"\C-xl": possible-completions'
		. /usr/share/bash-completion/bash_completion
	END
	sed '$d' "$shells/framework.rc" >"$shells/bash.rc"
	echo ". '$completions/vfionoiommu.bash'" >>"$shells/bash.rc"
	cat >"$shells/.zshrc" <<-END
		fpath=('$completions' \$fpath)
		autoload -Uz compinit
		compinit -u -C
		zle -C all complete-word all
		all() { _main_complete; compstate[insert]=all }
		finish() { print -r -- \$BUFFER >~/line; exit }
		zle -N finish
		bindkey '\e*' all '^Xl' list-choices '^Xq' finish
	END
	cat >"$shells/rc.fish" <<-END
		source '$completions/vfionoiommu.fish'
		bind \cxq 'commandline >~/line; exit'
	END
}

in_shells() { # COMMAND...
	env -i HOME="$shells" ZDOTDIR="$shells" BASH_COMPLETION_USER_DIR="$shells/bash-completion" TERM=xterm LANG=C.UTF-8 \
		PATH="$shells/bin:$PATH" "$@"
}

# Types the line and the keys, leaves the line as it is then in `line`; prints what the terminal shows.
typed() { # SHELL LINE KEYS
	local command
	case $1 in
	bash | framework) command="bash --noprofile --rcfile $shells/$1.rc -i" ;;
	zsh) command="zsh -d -i" ;;
	fish) command="fish --no-config --init-command 'source $shells/rc.fish'" ;;
	esac
	rm -f "$shells/line"
	printf '%s%b\x18q' "$2" "$3" |
		in_shells timeout 10 script -qec "stty cols 200 rows 100; exec $command" /dev/null
}

# The line after TAB.
completed() { # SHELL LINE
	typed "$1" "$2" '\t' >/dev/null
	cat "$shells/line"
}

# All that is offered for the last word of the line, one whole word a line.
offered() { # SHELL LINE
	local after kept
	if [ "$1" = fish ]; then
		in_shells fish --no-config -c "source $shells/rc.fish; complete -C \$argv" -- "$2" | cut -f 1
		return
	fi
	typed "$1" "$2" '\e*' >/dev/null
	after=$(cat "$shells/line")
	echo "$after"
}
