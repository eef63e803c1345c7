# shellcheck shell=bash
# Bash completion of vfionoiommu, with or without bash-completion. Options and columns are those of
# `vfionoiommu COMMAND --help`; devices come from `vfionoiommu list`.

_vfionoiommu_commands=(status list matrix enable disable bind unbind verify taint report monitor metrics cdi)

# -g: bash-completion sources this file in a function.
declare -gA _vfionoiommu_options=(
	[common]='-J --json -q --quiet -v --verbose --color -? --help --usage -V --version'
	[table]='-n --noheadings -o --output -r --raw'
	[recorded]='--sysroot'
	[acting]='--dry-run --force --wait'
	[list]='-a --all'
	[matrix]='--config --kernel'
	[enable]='-p --persistent'
	[disable]='-p --persistent'
	[bind]='--allow-iommu --cdi --enable --mode --owner -p --persistent --stored'
	[unbind]='-a --all --cdi -p --persistent --timeout'
	[taint]='--check --value'
	[report]='--include-sensitive'
	[monitor]='--timeout --until'
	[metrics]='--write'
	[cdi]='--write'
)

declare -gA _vfionoiommu_columns=(
	[status]='ITEM VALUE'
	[device]='ADDRESS ID CLASS DRIVER USE GROUP CDEV IOMMU OVERRIDE ORIG-DRIVER PERSISTENT VENDOR NAME'
	[matrix]='KERNEL THIS CASE GROUP CONTAINER CDEV NOIOMMU RESULT'
	[verify]='ADDRESS NODE STEP RESULT DETAIL'
	[taint]='BIT VALUE LETTER NAME MEANING'
)

# Sets `words` to the words up to the cursor, as the program will get them: bash also splits at colons and equal signs.
_vfionoiommu_split() {
	local rest=${COMP_LINE:0:COMP_POINT} piece
	words=()
	for piece in "${COMP_WORDS[@]:0:COMP_CWORD}" ''; do
		[[ ${#words[@]} -gt 0 && $rest != [[:space:]]* ]] || words+=('')
		rest=${rest#"${rest%%[![:space:]]*}"}
		words[-1]+=${piece:-$rest}
		rest=${rest#"$piece"}
	done
}

# Sets `command`, `arguments`, `sysroot`, and the `option` whose value is at the cursor.
_vfionoiommu_parse() {
	local word
	for word in "${words[@]:1:${#words[@]}-2}"; do
		case $option:$word in
		--sysroot:*) sysroot=$word option='' ;;
		-*) option='' ;;
		:--sysroot=*) sysroot=${word#*=} ;;
		:--output | :--sysroot | :--color | :--timeout | :--wait) option=$word ;;
		:--config | :--kernel | :--mode | :--owner | :--value | :--until | :--write) option=$word ;;
		:-o | :-[!-]*o) option=--output ;;
		:-*) ;;
		*) if [[ $command ]]; then arguments+=("$word"); else command=$word; fi ;;
		esac
	done
	sysroot=${sysroot//[\\\"\']/} sysroot=${sysroot/#\~\//$HOME/}
}

_vfionoiommu_offer() { # WORD...: those that match the typed prefix, minus the part up to the last word break, which readline keeps
	local word kept=$before$value
	kept=${kept%"${kept##*["$COMP_WORDBREAKS"]}"}
	for word; do
		[[ $word == "$value"* ]] || continue
		word=$before$word
		COMPREPLY+=("${word#"$kept"}")
	done
}

_vfionoiommu_offer_options() {
	local sets=common options=()
	case $command in
	'') sets+=' table recorded acting' ;;
	enable | disable | bind | unbind) sets+=" table recorded acting $command" ;;
	verify) sets+=' table' ;;
	report | metrics | cdi) sets+=" recorded $command" ;;
	monitor) sets+=" $command" ;;
	*) sets+=" table recorded $command" ;;
	esac
	for command in $sets; do
		read -rd '' -a options <<<"${_vfionoiommu_options[$command]-}"
		_vfionoiommu_offer "${options[@]}"
	done
}

_vfionoiommu_offer_columns() {
	local set=$command typed=${value%"${value##*[+,]}"} columns=() column
	case $command in
	list | enable | disable | bind | unbind) set=device ;;
	esac
	read -ra columns <<<"${_vfionoiommu_columns[${set:-none}]-}"
	compopt -o nospace
	for column in "${columns[@]}"; do
		[[ ,${typed#+} == *,$column,* ]] || _vfionoiommu_offer "$typed$column"
	done
}

_vfionoiommu_offer_owners() {
	local names
	if [[ $value == *:* ]]; then
		mapfile -t names < <(compgen -g)
		_vfionoiommu_offer "${names[@]/#/${value%%:*}:}"
	else
		compopt -o nospace
		mapfile -t names < <(compgen -u)
		_vfionoiommu_offer "${names[@]}"
	fi
}

_vfionoiommu_offer_kernels() {
	local path
	for path in "$sysroot"/lib/modules/*/; do
		path=${path%/} path=${path##*/}
		[[ $path == *[!A-Za-z0-9._+-]* ]] || _vfionoiommu_offer "$path"
	done
}

_vfionoiommu_offer_devices() { # USE [--all]: devices with this use ('': any) that are not on the line yet
	local address use named=" ${arguments[*],,} "
	while read -r address use; do
		[[ $named == *" $address "* || $named == *" ${address#0000:} "* || $use != "$1"* ]] ||
			_vfionoiommu_offer "$address"
	done < <(command vfionoiommu list "${@:2}" ${sysroot:+--sysroot "$sysroot"} --raw --noheadings \
		--output "ADDRESS${1:+,USE}" 2>/dev/null)
}

_vfionoiommu_offer_value() {
	case $option in
	-o | --output) _vfionoiommu_offer_columns ;;
	--color) _vfionoiommu_offer auto always never ;;
	--sysroot) compopt -o dirnames ;;
	--config | --write) compopt -o default ;;
	--kernel) _vfionoiommu_offer_kernels ;;
	--owner) _vfionoiommu_offer_owners ;;
	--until) _vfionoiommu_offer_devices '' --all ;;
	esac
}

_vfionoiommu_offer_argument() {
	case $command in
	'') _vfionoiommu_offer "${_vfionoiommu_commands[@]}" help ;;
	help) [[ ${arguments[*]} ]] || _vfionoiommu_offer "${_vfionoiommu_commands[@]}" ;;
	list) _vfionoiommu_offer_devices '' --all ;;
	bind) _vfionoiommu_offer_devices free --all ;;
	unbind | verify) _vfionoiommu_offer_devices '' ;;
	report) compopt -o default ;;
	esac
}

_vfionoiommu() {
	local words=() command='' option='' sysroot='' arguments=() before='' value IFS=$' \t\n'
	_vfionoiommu_split
	_vfionoiommu_parse
	value=${words[-1]}
	case $option:$value in
	:--*=*) option=${value%%=*} before=$option= ;;
	:-o?* | :-[!-]*o?*) option=-o before=${value%%o*}o ;;
	esac
	value=${value#"$before"}
	case $option:$value in
	:-*) [[ $command == help ]] || _vfionoiommu_offer_options ;;
	:*) _vfionoiommu_offer_argument ;;
	*) _vfionoiommu_offer_value ;;
	esac
}

complete -F _vfionoiommu vfionoiommu
