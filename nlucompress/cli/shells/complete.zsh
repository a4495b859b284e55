#compdef nlucompress
# Completion of nlucompress for zsh: eval "$(nlucompress completion zsh)"

_nlucompress() {
    local kind value note asked="${(F)words[1,CURRENT]}"
    local -a plain noted
    compset -P '--*='
    while IFS=$'\t' read -r kind value note; do
        case $kind in
            plain)
                if [[ -n $note ]]; then
                    noted+=("${value//:/\\:}:$note")
                else
                    plain+=("$value")
                fi
                ;;
            dir) _files -/ ;;
            file)
                if [[ -n $value ]]; then
                    _files -g "*.(${value// /|})(-.)"
                else
                    _files
                fi
                ;;
        esac
    done < <(_NLUCOMPRESS_COMPLETE=zsh_complete _NLUCOMPRESS_WORDS="$asked" nlucompress 2>/dev/null)
    (( $#noted )) && _describe -V nlucompress noted
    (( $#plain )) && compadd -a plain
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _nlucompress "$@"
else
    compdef _nlucompress nlucompress
fi
