# shellcheck shell=bash
# Bash completion of vfionoiommu, with or without bash-completion: the program itself knows what the last word can become. It gets
# whole words, which bash splits at colons and equal signs, too; readline keeps what stands before the last of these.
_vfionoiommu() {
	local IFS=$' \t\n' words kept word
	read -ra words <<<"${COMP_LINE:0:COMP_POINT}|" # the bar: an empty last word is one, too
	words[-1]=${words[-1]%|}
	kept=${words[-1]%"${words[-1]##*["$COMP_WORDBREAKS"]}"}
	while IFS=$'\t' read -r word _; do
		case $word in
		:file) compopt -o default ;;
		:directory) compopt -o dirnames ;;
		:nospace) compopt -o nospace ;;
		*) COMPREPLY+=("${word#"$kept"}") ;;
		esac
	done < <(command vfionoiommu __complete "${words[@]:1}" 2>/dev/null)
}

complete -F _vfionoiommu vfionoiommu
