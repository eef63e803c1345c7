# Fish completion of vfionoiommu: the program itself knows what the last word can become.
function __vfionoiommu_complete
    command -q vfionoiommu; or return
    set -l words (commandline -opc) (commandline -ct)
    set -l before (string match -r -- '^--[^=]*=|^' $words[-1])
    for line in (command vfionoiommu __complete $words[2..] 2>/dev/null)
        switch $line
            case :file
                printf '%s\n' $before(__fish_complete_path (string replace -- "$before" '' $words[-1]))
            case :directory
                printf '%s\n' $before(__fish_complete_directories (string replace -- "$before" '' $words[-1]))
            case '*	*'
                echo $line
        end
    end
end

complete -c vfionoiommu -f -a '(__vfionoiommu_complete)'
