# Fish completion of vfionoiommu. The sets are those of `vfionoiommu COMMAND --help`; the devices are what
# `vfionoiommu list` tells.

# What stands before the cursor: --sysroot's value or '', the command, its arguments. The '' is for an option that waits for
# its value.
function __vfionoiommu_typed
    set -l tokens (commandline -opc)
    argparse --ignore-unknown J n q r v o/output= color= sysroot= timeout= wait= config= kernel= mode= owner= \
        value= until= -- $tokens[2..] '' 2>/dev/null
    string replace -r '^~/' ~/ -- "$_flag_sysroot"
    string match -rv -- '^(-.*)?$' $argv
end

function __vfionoiommu_devices # USE [--all]: those with this use ('' is any) that are not named yet, with their names
    command -q vfionoiommu; or return
    set -l typed (__vfionoiommu_typed)
    set -l sysroot
    test -z "$typed[1]"; or set sysroot --sysroot $typed[1]
    set -l named " $(string lower -- "$typed[3..]") "
    command vfionoiommu list $argv[2..] $sysroot --raw --noheadings --output ADDRESS,USE,NAME 2>/dev/null |
        while read -l address use name
            if string match -q -- "$argv[1]*" $use
                and not string match -qr " (0000:)?$(string replace -r '^0000:' '' $address) " $named
                printf '%s\t%s\n' $address (string replace -a '\x20' ' ' -- $name)
            end
        end
end

function __vfionoiommu_kernels
    set -l typed (__vfionoiommu_typed)
    path basename -- $typed[1]/lib/modules/*/
end

function __vfionoiommu_owners
    set -l user (string replace -rf -- '^(--owner=)?([^:]*:).*' '$2' (commandline -ct))
    and printf '%s\n' $user(__fish_complete_groups)
    or printf '%s\n' (__fish_print_users):
end

function __vfionoiommu_columns
    set -l columns
    set -l typed (__vfionoiommu_typed)
    switch "$typed[2]"
        case status
            set columns ITEM\t'what is looked at' VALUE\t'what is so'
        case list enable disable bind unbind
            set columns ADDRESS\t'PCI address' ID\tvendor:device CLASS\t'PCI class and subclass' \
                DRIVER\t'driver that it is bound to' USE\t'bound, vfio, free, used:BY-WHAT or impossible' \
                GROUP\t'group node' CDEV\t'cdev node' IOMMU\t'whether it has a real IOMMU' \
                OVERRIDE\tdriver_override BEFORE\t'driver that unbind gives it back to' \
                BOOT\t'whether it is bound at every boot' VENDOR\t"vendor's name" NAME\t"device's name"
        case matrix
            set columns KERNEL\t'release or configuration file' THIS\t'* for the case of this kernel' \
                CASE\t'number of the case' GROUP\t'whether /dev/vfio/N is built' \
                CONTAINER\t'whether /dev/vfio/vfio is built' CDEV\t'whether /dev/vfio/devices/vfioX is built' \
                NOIOMMU\t'whether noiommu can be built' RESULT\t'what a device without an IOMMU gets'
        case verify
            set columns ADDRESS\t'PCI address of the device' NODE\t'the node that it is opened through' \
                STEP\t'what a program does' RESULT\t"ok, or the error's name" DETAIL\t'what was seen'
        case taint
            set columns BIT\t'its number' VALUE\t'what it adds to the value' LETTER\t'as the kernel prints it' \
                NAME\t"in the kernel's source" MEANING\t'what has happened'
    end
    set -l before (string replace -r -- '^(--output=|-\w*?o)?(.*[+,])?.*' '$2' (commandline -ct))
    for column in $columns
        string match -q -- "*,"(string split -f 1 \t $column)",*" ,(string trim -lc + $before)
        or echo $before$column
    end
end

function __vfionoiommu_is # COMMAND...: one of them is typed; '' is none yet
    set -l typed (__vfionoiommu_typed)
    contains -- "$typed[2]" $argv
end

function __vfionoiommu_wants_command
    set -l typed (__vfionoiommu_typed)
    contains -- "$typed[2..]" '' help
end

complete -c vfionoiommu -f

set -l is complete -c vfionoiommu -n __vfionoiommu_wants_command
$is -a status -d 'tell whether this machine is ready for noiommu'
$is -a list -d 'list noiommu devices and their nodes'
$is -a matrix -d 'show which paths a kernel offers, and why'
$is -a enable -d 'switch noiommu mode on'
$is -a disable -d 'switch noiommu mode off'
$is -a bind -d 'bind devices to vfio-pci as noiommu devices'
$is -a unbind -d 'give devices back to the drivers they had'
$is -a verify -d 'open devices for real, and say what works'
$is -a taint -d "decode the kernel's taint, and tell whether VFIO noiommu set it"
$is -a report -d 'write what is read of this machine into an archive'
$is -a monitor -d 'print devices and their nodes as they come and go'
$is -a metrics -d 'print what status says as metrics for Prometheus'
$is -a cdi -d 'print the bound devices for containers (CDI)'

set is complete -c vfionoiommu -n "__vfionoiommu_is ''"
$is -a help -d 'show what a command takes'

set is complete -c vfionoiommu -n 'not __vfionoiommu_is help'
$is -s J -l json -d 'print one JSON document instead of text'
$is -s q -l quiet -d 'print nothing but errors'
$is -s v -l verbose -d 'say on stderr what is being done'
$is -l color -xa 'auto always never' -d 'colour blockers and warnings'
$is -s '?' -l help -d 'give the list of options'
$is -l usage -d 'give a short usage message'
$is -s V -l version -d 'print the version'

set is complete -c vfionoiommu -n 'not __vfionoiommu_is help report monitor metrics cdi'
$is -s n -l noheadings -d 'no headings above tables'
$is -s o -l output -xa '(__vfionoiommu_columns)' -d 'show these columns'
$is -s r -l raw -d 'columns with one blank between them'

set is complete -c vfionoiommu -n 'not __vfionoiommu_is help verify monitor'
$is -l sysroot -xa '(__fish_complete_directories)' -d 'look at the machine that is recorded below DIR'

set is complete -c vfionoiommu -n "__vfionoiommu_is '' enable disable bind unbind"
$is -l dry-run -d 'print what would be written, and write nothing'
$is -l force -d 'do it in spite of the findings that allow it'
$is -l wait -x -d 'how long to wait for another run to end'

set is complete -c vfionoiommu -n '__vfionoiommu_is enable disable bind unbind'
$is -s p -l persistent -d 'for the next boots, too'

set is complete -c vfionoiommu -n '__vfionoiommu_is list'
$is -s a -l all -d 'every PCI endpoint, with whether it could be bound'
$is -a "(__vfionoiommu_devices '' --all)"

set is complete -c vfionoiommu -n '__vfionoiommu_is matrix'
$is -l config -rF -d 'judge the kernel of this configuration'
$is -l kernel -xa '(__vfionoiommu_kernels)' -d 'judge this installed kernel'

set is complete -c vfionoiommu -n '__vfionoiommu_is bind'
$is -l allow-iommu -d 'bind a device that has an IOMMU too, as an ordinary VFIO device'
$is -l enable -d 'switch noiommu mode on first, if it is off'
$is -l mode -x -d 'give the nodes this mode'
$is -l owner -xa '(__vfionoiommu_owners)' -d 'give the nodes to this user and group'
$is -l stored -d 'as the persistent bindings say'
$is -a '(__vfionoiommu_devices free --all)'

set is complete -c vfionoiommu -n '__vfionoiommu_is unbind'
$is -s a -l all -d 'every noiommu device'
$is -l timeout -x -d 'how long --force waits for a device that is held'

set is complete -c vfionoiommu -n '__vfionoiommu_is bind unbind'
$is -l cdi -d 'rewrite /run/cdi/vfionoiommu.json, for containers'

set is complete -c vfionoiommu -n '__vfionoiommu_is unbind verify'
$is -a "(__vfionoiommu_devices '')"

set is complete -c vfionoiommu -n '__vfionoiommu_is taint'
$is -l check -d 'tell by the status whether VFIO noiommu tainted the kernel'
$is -l value -x -d "decode this number instead of the kernel's"

set is complete -c vfionoiommu -n '__vfionoiommu_is report'
$is -l private -d 'with what is otherwise left out'
$is -F

set is complete -c vfionoiommu -n '__vfionoiommu_is monitor'
$is -l timeout -x -d 'end after this time'
$is -l until -xa "(__vfionoiommu_devices '' --all)" -d 'end when this device has its nodes'

set is complete -c vfionoiommu -n '__vfionoiommu_is metrics cdi'
$is -l write -rF -d 'replace this file by it, instead of printing it'
