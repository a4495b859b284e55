# Completion of nlucompress for bash: eval "$(nlucompress completion bash)"

_nlucompress_completion() {
    local IFS=$'\n' kind value note suffix
    local current="${COMP_WORDS[COMP_CWORD]}"
    local asked="${COMP_WORDS[*]:0:COMP_CWORD+1}"
    [[ $current == "=" ]] && current=""
    current="${current#[\"\']}"
    current="${current//\\/}"
    COMPREPLY=()
    while IFS=$'\t' read -r kind value note; do
        IFS=$'\n'
        case $kind in
            plain) COMPREPLY+=("$value") ;;
            dir)
                compopt -o filenames
                COMPREPLY+=($(compgen -d -- "$current"))
                ;;
            file)
                compopt -o filenames
                local IFS=' '
                for suffix in $value; do
                    IFS=$'\n'
                    COMPREPLY+=($(compgen -f -X "!*.$suffix" -- "$current"))
                done
                IFS=$'\n'
                [[ $value ]] && COMPREPLY+=($(compgen -d -- "$current"))
                (( ${#COMPREPLY[@]} )) || COMPREPLY+=($(compgen -f -- "$current"))
                ;;
        esac
    done < <(_NLUCOMPRESS_COMPLETE=bash_complete _NLUCOMPRESS_WORDS="$asked" "$1" 2>/dev/null)
}

complete -F _nlucompress_completion nlucompress
