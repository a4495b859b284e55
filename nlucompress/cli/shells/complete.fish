# Completion of nlucompress for fish: nlucompress completion fish | source

function _nlucompress_completion
    set -l current (commandline -ct)
    set -l asked (string join \n -- (commandline -opc) $current | string collect)
    test -n "$current"; or set asked $asked\n
    set -l before ''
    if string match -q -- '--*=*' $current
        set before (string replace -r '=.*' '=' -- $current)
        set current (string replace -r '^[^=]*=' '' -- $current)
    end
    for line in (_NLUCOMPRESS_COMPLETE=fish_complete _NLUCOMPRESS_WORDS=$asked nlucompress 2>/dev/null)
        set -l parts (string split \t -- $line)
        set -l found
        switch $parts[1]
            case plain
                set found $parts[2]\t$parts[3]
            case dir
                set found (__fish_complete_directories "$current" '')
            case file
                set found (__fish_complete_path "$current")
                set -l kinds (string replace -a ' ' '|' -- $parts[2])
                if test -n "$kinds"
                    set -l kept (string match -r -- '^.*(?:/|\.(?:'$kinds'))(?:\t.*)?$' $found)
                    test (count $kept) -gt 0; and set found $kept
                end
        end
        for each in $found
            echo -- $before$each
        end
    end
end

complete --no-files --command nlucompress --arguments '(_nlucompress_completion)'
