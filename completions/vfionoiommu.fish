# Fish completion of vfionoiommu. Options and columns are those of `vfionoiommu COMMAND --help`; devices come from
# `vfionoiommu list`.

# The words before the cursor: the value of --sysroot or '', the command, its arguments. The '' stands in for the missing
# value of the last option.
function __vfionoiommu_typed
    set -l tokens (commandline -opc)
    argparse --ignore-unknown J n q r v o/output= color= sysroot= timeout= wait= config= kernel= mode= owner= \
        value= until= -- $tokens[2..] '' 2>/dev/null
    string replace -r '^~/' ~/ -- "$_flag_sysroot"
    string match -rv -- '^(-.*)?$' $argv
end

function __vfionoiommu_devices # USE [--all]: devices with this use ('': any) that are not on the line yet, with their names
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
            set columns ITEM\tproperty VALUE\t'current value'
        case list enable disable bind unbind
            set columns ADDRESS\t'PCI address' ID\tvendor:device CLASS\t'PCI class and subclass' \
                DRIVER\t'current driver' USE\t'bound, vfio, free, used:BY-WHAT or impossible' \
                GROUP\t'group node' CDEV\t'cdev node' IOMMU\t'yes if a real IOMMU isolates the device' \
                OVERRIDE\tdriver_override ORIG-DRIVER\t'driver that unbind restores' \
                PERSISTENT\t'persistent binding: yes or invalid' VENDOR\t'vendor name' NAME\t'device name'
        case matrix
            set columns KERNEL\t'kernel release or configuration file' THIS\t'* marks the case of this kernel' \
                CASE\t'case number' GROUP\t'whether /dev/vfio/N is built' \
                CONTAINER\t'whether /dev/vfio/vfio is built' CDEV\t'whether /dev/vfio/devices/vfioX is built' \
                NOIOMMU\t'whether noiommu can be (of a kernel: is) built' RESULT\t'access to a device without an IOMMU'
        case verify
            set columns ADDRESS\t'PCI address of the device' NODE\t'node through which the device is opened' \
                STEP\t'step, named after its ioctl' RESULT\t"ok, or the name of the error" DETAIL\t'meaning of the error, or the observed value'
        case taint
            set columns BIT\t'bit number' VALUE\t'numeric value of the bit' LETTER\t'letter that the kernel prints' \
                NAME\t"name in the kernel source" MEANING\t'what the bit means'
    end
    set -l before (string replace -r -- '^(--output=|-\w*?o)?(.*[+,])?.*' '$2' (commandline -ct))
    for column in $columns
        string match -q -- "*,"(string split -f 1 \t $column)",*" ,(string trim -lc + $before)
        or echo $before$column
    end
end

function __vfionoiommu_is # COMMAND...: one of them is on the line; '': none yet
    set -l typed (__vfionoiommu_typed)
    contains -- "$typed[2]" $argv
end

function __vfionoiommu_wants_command
    set -l typed (__vfionoiommu_typed)
    contains -- "$typed[2..]" '' help
end

complete -c vfionoiommu -f

set -l is complete -c vfionoiommu -n __vfionoiommu_wants_command
$is -a status -d 'check whether this machine is ready for noiommu'
$is -a list -d 'list noiommu devices and their nodes'
$is -a matrix -d 'print the access paths that a kernel offers, and the evidence'
$is -a enable -d 'enable noiommu mode'
$is -a disable -d 'disable noiommu mode'
$is -a bind -d 'bind devices to vfio-pci in noiommu mode'
$is -a unbind -d 'unbind devices and restore their drivers'
$is -a verify -d 'open devices through their nodes, and report each step'
$is -a taint -d "decode the kernel's taint, and its cause"
$is -a report -d 'write an archive of this machine for a bug report'
$is -a monitor -d 'print events of devices and their nodes'
$is -a metrics -d 'print the status as metrics for Prometheus'
$is -a cdi -d 'print a CDI specification of the bound devices, for containers'

set is complete -c vfionoiommu -n "__vfionoiommu_is ''"
$is -a help -d 'show the help of a command'

set is complete -c vfionoiommu -n 'not __vfionoiommu_is help'
$is -s J -l json -d 'print one JSON document instead of text'
$is -s q -l quiet -d 'print nothing but errors'
$is -s v -l verbose -d 'print each step to stderr'
$is -l color -xa 'auto always never' -d 'color errors and warnings'
$is -s '?' -l help -d 'give the list of options'
$is -l usage -d 'give a short usage message'
$is -s V -l version -d 'print the version'

set is complete -c vfionoiommu -n 'not __vfionoiommu_is help report monitor metrics cdi'
$is -s n -l noheadings -d 'omit the headings of tables'
$is -s o -l output -xa '(__vfionoiommu_columns)' -d 'print these columns'
$is -s r -l raw -d 'space-separated output'

set is complete -c vfionoiommu -n 'not __vfionoiommu_is help verify monitor'
$is -l sysroot -xa '(__fish_complete_directories)' -d 'read a machine recorded below DIR'

set is complete -c vfionoiommu -n "__vfionoiommu_is '' enable disable bind unbind"
$is -l dry-run -d 'show the changes without making them'
$is -l force -d 'override safety findings, such as a device in use'
$is -l wait -x -d 'timeout for another instance to end'

set is complete -c vfionoiommu -n '__vfionoiommu_is enable disable bind unbind'
$is -s p -l persistent -d 'also for the next boots'

set is complete -c vfionoiommu -n '__vfionoiommu_is list'
$is -s a -l all -d 'list every PCI endpoint and whether it could be bound'
$is -a "(__vfionoiommu_devices '' --all)"

set is complete -c vfionoiommu -n '__vfionoiommu_is matrix'
$is -l config -rF -d 'judge this kernel configuration'
$is -l kernel -xa '(__vfionoiommu_kernels)' -d 'judge this installed kernel'

set is complete -c vfionoiommu -n '__vfionoiommu_is bind'
$is -l allow-iommu -d 'bind devices that have an IOMMU as ordinary VFIO devices'
$is -l enable -d 'enable noiommu mode first, if it is disabled'
$is -l mode -x -d 'set the mode of the nodes'
$is -l owner -xa '(__vfionoiommu_owners)' -d 'set the owner of the nodes'
$is -l stored -d 'apply persistent bindings'
$is -a '(__vfionoiommu_devices free --all)'

set is complete -c vfionoiommu -n '__vfionoiommu_is unbind'
$is -s a -l all -d 'all noiommu devices'
$is -l timeout -x -d 'with --force, timeout for a device in use'

set is complete -c vfionoiommu -n '__vfionoiommu_is bind unbind'
$is -l cdi -d 'update the CDI specification /run/cdi/vfionoiommu.json'

set is complete -c vfionoiommu -n '__vfionoiommu_is unbind verify'
$is -a "(__vfionoiommu_devices '')"

set is complete -c vfionoiommu -n '__vfionoiommu_is taint'
$is -l check -d 'exit 3 if VFIO noiommu tainted the kernel'
$is -l value -x -d "decode this number instead of the kernel's"

set is complete -c vfionoiommu -n '__vfionoiommu_is report'
$is -l include-sensitive -d 'include serial numbers, MAC addresses and full logs'
$is -F

set is complete -c vfionoiommu -n '__vfionoiommu_is monitor'
$is -l timeout -x -d 'exit after this time'
$is -l until -xa "(__vfionoiommu_devices '' --all)" -d 'exit when the nodes of this device exist'

set is complete -c vfionoiommu -n '__vfionoiommu_is metrics cdi'
$is -l write -rF -d 'write to this file, atomically'
