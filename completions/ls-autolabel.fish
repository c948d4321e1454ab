# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_ls_autolabel_global_optspecs
    string join \n v/verbose q/quiet color= config= h/help V/version
end

function __fish_ls_autolabel_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_ls_autolabel_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_ls_autolabel_using_subcommand
    set -l cmd (__fish_ls_autolabel_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -l color -d 'Whether to use colours [default: auto]' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -l config -d 'Read settings from this file instead of ./ls-autolabel.toml' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -s v -l verbose -d 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)'
complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -s q -l quiet -d 'Say nothing but errors'
complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -s V -l version -d 'Print version'
complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -f -a "run" -d 'Label tasks and post the predictions, or write them to a file'
complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -f -a "push" -d 'Post a file of predictions, as `run --output` wrote it and a person reviewed it'
complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -f -a "preview" -d 'Show the exact requests and what a run would cost; asks no model, posts nothing'
complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -f -a "check" -d 'Check that everything a run needs is ready; one line each'
complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -f -a "journal" -d 'Look at what was paid for, and clean up'
complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -f -a "man" -d 'Print the manual page, in roff'
complete -c ls-autolabel -n "__fish_ls_autolabel_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l url -d 'Address of Label Studio; a path prefix works [default: http://localhost:8080]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l project -d 'The project\'s number, as in its address' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l api-key-file -d 'File with the personal access token or legacy token; or set `LABEL_STUDIO_API_KEY` to the token' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l tasks -d 'Tasks from a file instead of a project: .json, .jsonl, .csv, .tsv, or - for standard input' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l label-config -d 'The labeling config (XML) for tasks from a file' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l only -d 'Which tasks by what they have already [default: unpredicted]' -r -f -a "unpredicted\t'No prediction of this model version yet, or edited since'
unlabeled\t'No annotation yet'
all\t'Every task'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l view -d 'Only the tasks of this Data Manager view (tab)' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l ids -d 'Only these tasks, such as 1,5-9' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l limit -d 'At most this many tasks' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l sample -d 'This many tasks, chosen at random' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l seed -d 'Another random choice for --sample and --examples-by random [default: 0]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l retry-failed -d 'Ask again where the model refused, or gave no answer of use, in an earlier run' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l prompt -d 'File with the prompt; {field} stands for a field of the task, {labels} for the labels' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l system -d 'File with a system message, a template like the prompt' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l prompt-template -d 'What wraps a prompt that names no field [default: "Source Text: {text}\\n\\nTask Directive: {prompt}"]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l use-internal-prompt-template -d 'Whether to wrap the prompt [default: if it names no field]' -r -f -a "0\t'Never: a prompt that names no field is an error'
1\t'Always'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l prompt-prefix -d 'Name, or beginning of the name, of the TextArea that shows the prompt [default: prompt]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l response-prefix -d 'Name, or beginning of the name, of the TextArea that takes a text answer' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l controls -d 'Fill only these controls, by name [default: all but the prompt\'s]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l answer -d 'How to ask for the answer [default: auto]' -r -f -a "auto\t'A JSON schema where the endpoint takes one, else the next best way'
schema\t'One JSON object with every control'
text\t'The reply\'s text fills the response TextArea and the first Choices'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l examples -d 'Show the model so many examples that people annotated [default: none]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l examples-from -d 'Examples from a file of annotated tasks [default: where the tasks come from]' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l examples-by -d 'How examples are chosen for a task [default: nearest]' -r -f -a "fixed\t'The same for all tasks, those of the lowest ids: prompt caches can keep them'
random\t'Others for each task; --seed chooses otherwise'
nearest\t'Those that have most words in common with the task'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l as-turns -d 'Send a conversation that is labeled as turns of the chat, before the prompt' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l split -d 'Ask about longer texts in pieces of at most N characters, where spans are all that is filled [default: off]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l score -d 'Where the scores of predictions come from [default: auto]' -r -f -a "auto\t'From token probabilities and votes, as far as there are any'
logprobs\t'From the probabilities of the tokens of a label; a model that does not tell them ends the run'
votes\t'From the share of the responses that agree, with --num-responses'
none\t'No scores, and nothing is asked for their sake'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l profile -d 'Render the prompt and read the answer as another tool does, for people who move over from it' -r -f -a "llm-interactive\t'The `llm_interactive` example of Label Studio'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l image-size -d 'Scale images down to this longest side, in pixels [default: as they are]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l image-urls -d 'Send the addresses of images on the web, for the model\'s server to fetch, in place of the images' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l max-file-size -d 'The largest image or file that is fetched, in megabytes [default: 20]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l media-root -d 'Read files of this folder where tasks name them by path [default: no files of this machine]' -r -f -a "(__fish_complete_directories)"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l allow-private-addresses -d 'Also fetch from this machine and from private networks, where a task says so (Label Studio itself always is)' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l provider -d 'Whose API to use [default: openai]' -r -f -a "openai\t'OpenAI, and every compatible server by `--base-url` (vLLM, llama.cpp, LM Studio, LiteLLM, Groq and others)'
anthropic\t'Anthropic\'s Claude, by its own interface (`/v1/messages`)'
azure\t'Azure OpenAI: the resource\'s endpoint, and the deployment\'s name as the model'
ollama\t'Ollama, by its own interface'
keyword\t'No model and no network: counts the words of the labels'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l model -d 'The model; for Azure the deployment [default: gpt-5.4-nano with openai, claude-haiku-5-5 with anthropic]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l base-url -d 'Address of the API, such as http://localhost:8000/v1; for Azure the resource' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l model-api-key-file -d 'File with the provider\'s key; or set `OPENAI_API_KEY` to the key' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l api-version -d 'Azure\'s API version, for addresses that do not end in /openai/v1' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l num-ctx -d 'Ollama\'s context length in tokens [default: from the first tasks, at least 8192]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l temperature -d 'Sampling temperature [default: not sent; 0.7 with --profile]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l num-responses -d 'Responses a task: all go into a TextArea, choices are voted on [default: 1]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l max-tokens -d 'Most tokens of one answer; where one is cut off there, four times as many are tried once [default: none; 4096 with anthropic, --max-cost or --max-tokens-total]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l seed-model -d 'Seed for the model\'s sampling' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l reasoning-effort -d 'How long a reasoning model may think, in the provider\'s words' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l param -d 'Any further field of the request, such as `top_p=0.9`' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l header -d 'Any further request header for the model\'s server' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l price-in -d 'Price of a million input tokens in US dollars' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l price-out -d 'Price of a million output tokens in US dollars' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l price-model -d 'Take the price of this model (an Azure deployment\'s name says nothing)' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l concurrency -d 'At most this many tasks in work [default: 16; ollama: 2; keyword: 4]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l rpm -d 'At most this many requests a minute [default: what the server says]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l tpm -d 'At most this many tokens a minute, prompts and answers together [default: what the server says]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l max-cost -d 'Spend at most so many US dollars in this run, by the price table and counted at the worst [default: no limit]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l max-tokens-total -d 'Use at most so many tokens in this run, in and out, counted at the worst [default: no limit]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l timeout -d 'How long one attempt may take, in seconds [default: 120]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l max-retries -d 'Further attempts after a failed one [default: 6]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l max-wait -d 'Give up rather than wait longer than this at a time, in seconds [default: 600]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -s o -l output -d 'Write to this file instead of posting: .jsonl, .json, .csv, or - for standard output' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l dry-run -d 'Post nothing: the same as --output -' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l journal -d 'Keep what was paid for in this file, which need not exist [default: in the state folder]' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l model-version -d 'Name of the predictions\' version [default: the model and a hash of prompt, config and parameters]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l replace -d 'Delete this tool\'s own older predictions of the tasks that get new ones' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l summary -d 'Write a summary, also of a failed run: `.md` for job pages, `.xml` for test reports, else JSON' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l progress -d 'How to show progress [default: auto]' -r -f -a "auto\t'A bar on a terminal, lines elsewhere'
bar\t'A bar'
lines\t'A line now and then'
none\t'Nothing'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l color -d 'Whether to use colours [default: auto]' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -l config -d 'Read settings from this file instead of ./ls-autolabel.toml' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -s v -l verbose -d 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -s q -l quiet -d 'Say nothing but errors'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand run" -s V -l version -d 'Print version'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -l url -d 'Address of Label Studio; a path prefix works [default: http://localhost:8080]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -l project -d 'The project\'s number, as in its address' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -l api-key-file -d 'File with the personal access token or legacy token; or set `LABEL_STUDIO_API_KEY` to the token' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -l replace -d 'Delete this tool\'s own older predictions of the tasks that get new ones' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -l summary -d 'Write a summary, also of a failed run: `.md` for job pages, `.xml` for test reports, else JSON' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -l progress -d 'How to show progress [default: auto]' -r -f -a "auto\t'A bar on a terminal, lines elsewhere'
bar\t'A bar'
lines\t'A line now and then'
none\t'Nothing'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -l max-retries -d 'Further attempts after a failed one [default: 6]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -l max-wait -d 'Give up rather than wait longer than this at a time, in seconds [default: 600]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -l model-version -d 'Name of the predictions\' version [default: what the file says of each]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -l color -d 'Whether to use colours [default: auto]' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -l config -d 'Read settings from this file instead of ./ls-autolabel.toml' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -s v -l verbose -d 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -s q -l quiet -d 'Say nothing but errors'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand push" -s V -l version -d 'Print version'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l show -d 'Show the requests of this many tasks, 1 if not given; the estimate is for the whole selection' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l url -d 'Address of Label Studio; a path prefix works [default: http://localhost:8080]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l project -d 'The project\'s number, as in its address' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l api-key-file -d 'File with the personal access token or legacy token; or set `LABEL_STUDIO_API_KEY` to the token' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l tasks -d 'Tasks from a file instead of a project: .json, .jsonl, .csv, .tsv, or - for standard input' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l label-config -d 'The labeling config (XML) for tasks from a file' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l view -d 'Only the tasks of this Data Manager view (tab)' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l ids -d 'Only these tasks, such as 1,5-9' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l limit -d 'At most this many tasks' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l sample -d 'This many tasks, chosen at random' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l seed -d 'Another random choice for --sample and --examples-by random [default: 0]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l retry-failed -d 'Ask again where the model refused, or gave no answer of use, in an earlier run' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l prompt -d 'File with the prompt; {field} stands for a field of the task, {labels} for the labels' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l system -d 'File with a system message, a template like the prompt' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l prompt-template -d 'What wraps a prompt that names no field [default: "Source Text: {text}\\n\\nTask Directive: {prompt}"]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l use-internal-prompt-template -d 'Whether to wrap the prompt [default: if it names no field]' -r -f -a "0\t'Never: a prompt that names no field is an error'
1\t'Always'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l prompt-prefix -d 'Name, or beginning of the name, of the TextArea that shows the prompt [default: prompt]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l response-prefix -d 'Name, or beginning of the name, of the TextArea that takes a text answer' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l controls -d 'Fill only these controls, by name [default: all but the prompt\'s]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l answer -d 'How to ask for the answer [default: auto]' -r -f -a "auto\t'A JSON schema where the endpoint takes one, else the next best way'
schema\t'One JSON object with every control'
text\t'The reply\'s text fills the response TextArea and the first Choices'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l examples -d 'Show the model so many examples that people annotated [default: none]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l examples-from -d 'Examples from a file of annotated tasks [default: where the tasks come from]' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l examples-by -d 'How examples are chosen for a task [default: nearest]' -r -f -a "fixed\t'The same for all tasks, those of the lowest ids: prompt caches can keep them'
random\t'Others for each task; --seed chooses otherwise'
nearest\t'Those that have most words in common with the task'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l as-turns -d 'Send a conversation that is labeled as turns of the chat, before the prompt' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l split -d 'Ask about longer texts in pieces of at most N characters, where spans are all that is filled [default: off]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l score -d 'Where the scores of predictions come from [default: auto]' -r -f -a "auto\t'From token probabilities and votes, as far as there are any'
logprobs\t'From the probabilities of the tokens of a label; a model that does not tell them ends the run'
votes\t'From the share of the responses that agree, with --num-responses'
none\t'No scores, and nothing is asked for their sake'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l profile -d 'Render the prompt and read the answer as another tool does, for people who move over from it' -r -f -a "llm-interactive\t'The `llm_interactive` example of Label Studio'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l image-size -d 'Scale images down to this longest side, in pixels [default: as they are]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l image-urls -d 'Send the addresses of images on the web, for the model\'s server to fetch, in place of the images' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l max-file-size -d 'The largest image or file that is fetched, in megabytes [default: 20]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l media-root -d 'Read files of this folder where tasks name them by path [default: no files of this machine]' -r -f -a "(__fish_complete_directories)"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l allow-private-addresses -d 'Also fetch from this machine and from private networks, where a task says so (Label Studio itself always is)' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l provider -d 'Whose API to use [default: openai]' -r -f -a "openai\t'OpenAI, and every compatible server by `--base-url` (vLLM, llama.cpp, LM Studio, LiteLLM, Groq and others)'
anthropic\t'Anthropic\'s Claude, by its own interface (`/v1/messages`)'
azure\t'Azure OpenAI: the resource\'s endpoint, and the deployment\'s name as the model'
ollama\t'Ollama, by its own interface'
keyword\t'No model and no network: counts the words of the labels'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l model -d 'The model; for Azure the deployment [default: gpt-5.4-nano with openai, claude-haiku-5-5 with anthropic]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l base-url -d 'Address of the API, such as http://localhost:8000/v1; for Azure the resource' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l model-api-key-file -d 'File with the provider\'s key; or set `OPENAI_API_KEY` to the key' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l api-version -d 'Azure\'s API version, for addresses that do not end in /openai/v1' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l num-ctx -d 'Ollama\'s context length in tokens [default: from the first tasks, at least 8192]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l temperature -d 'Sampling temperature [default: not sent; 0.7 with --profile]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l num-responses -d 'Responses a task: all go into a TextArea, choices are voted on [default: 1]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l max-tokens -d 'Most tokens of one answer; where one is cut off there, four times as many are tried once [default: none; 4096 with anthropic, --max-cost or --max-tokens-total]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l seed-model -d 'Seed for the model\'s sampling' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l reasoning-effort -d 'How long a reasoning model may think, in the provider\'s words' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l param -d 'Any further field of the request, such as `top_p=0.9`' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l header -d 'Any further request header for the model\'s server' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l price-in -d 'Price of a million input tokens in US dollars' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l price-out -d 'Price of a million output tokens in US dollars' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l price-model -d 'Take the price of this model (an Azure deployment\'s name says nothing)' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l concurrency -d 'At most this many tasks in work [default: 16; ollama: 2; keyword: 4]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l rpm -d 'At most this many requests a minute [default: what the server says]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l tpm -d 'At most this many tokens a minute, prompts and answers together [default: what the server says]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l max-cost -d 'Spend at most so many US dollars in this run, by the price table and counted at the worst [default: no limit]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l max-tokens-total -d 'Use at most so many tokens in this run, in and out, counted at the worst [default: no limit]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l timeout -d 'How long one attempt may take, in seconds [default: 120]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l max-retries -d 'Further attempts after a failed one [default: 6]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l max-wait -d 'Give up rather than wait longer than this at a time, in seconds [default: 600]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -s o -l output -d 'Write to this file instead of posting: .jsonl, .json, .csv, or - for standard output' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l dry-run -d 'Post nothing: the same as --output -' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l journal -d 'Keep what was paid for in this file, which need not exist [default: in the state folder]' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l model-version -d 'Name of the predictions\' version [default: the model and a hash of prompt, config and parameters]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l replace -d 'Delete this tool\'s own older predictions of the tasks that get new ones' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l summary -d 'Write a summary, also of a failed run: `.md` for job pages, `.xml` for test reports, else JSON' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l progress -d 'How to show progress [default: auto]' -r -f -a "auto\t'A bar on a terminal, lines elsewhere'
bar\t'A bar'
lines\t'A line now and then'
none\t'Nothing'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l only -d 'Which tasks by what they have already [default: unpredicted; with --ids: all]' -r -f -a "unpredicted\t'No prediction of this model version yet, or edited since'
unlabeled\t'No annotation yet'
all\t'Every task'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l color -d 'Whether to use colours [default: auto]' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -l config -d 'Read settings from this file instead of ./ls-autolabel.toml' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -s v -l verbose -d 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -s q -l quiet -d 'Say nothing but errors'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand preview" -s V -l version -d 'Print version'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l no-ask -d 'Do not send the first task\'s request, which shows whether key and model work' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l url -d 'Address of Label Studio; a path prefix works [default: http://localhost:8080]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l project -d 'The project\'s number, as in its address' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l api-key-file -d 'File with the personal access token or legacy token; or set `LABEL_STUDIO_API_KEY` to the token' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l tasks -d 'Tasks from a file instead of a project: .json, .jsonl, .csv, .tsv, or - for standard input' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l label-config -d 'The labeling config (XML) for tasks from a file' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l only -d 'Which tasks by what they have already [default: unpredicted]' -r -f -a "unpredicted\t'No prediction of this model version yet, or edited since'
unlabeled\t'No annotation yet'
all\t'Every task'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l view -d 'Only the tasks of this Data Manager view (tab)' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l ids -d 'Only these tasks, such as 1,5-9' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l limit -d 'At most this many tasks' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l sample -d 'This many tasks, chosen at random' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l seed -d 'Another random choice for --sample and --examples-by random [default: 0]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l retry-failed -d 'Ask again where the model refused, or gave no answer of use, in an earlier run' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l prompt -d 'File with the prompt; {field} stands for a field of the task, {labels} for the labels' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l system -d 'File with a system message, a template like the prompt' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l prompt-template -d 'What wraps a prompt that names no field [default: "Source Text: {text}\\n\\nTask Directive: {prompt}"]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l use-internal-prompt-template -d 'Whether to wrap the prompt [default: if it names no field]' -r -f -a "0\t'Never: a prompt that names no field is an error'
1\t'Always'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l prompt-prefix -d 'Name, or beginning of the name, of the TextArea that shows the prompt [default: prompt]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l response-prefix -d 'Name, or beginning of the name, of the TextArea that takes a text answer' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l controls -d 'Fill only these controls, by name [default: all but the prompt\'s]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l answer -d 'How to ask for the answer [default: auto]' -r -f -a "auto\t'A JSON schema where the endpoint takes one, else the next best way'
schema\t'One JSON object with every control'
text\t'The reply\'s text fills the response TextArea and the first Choices'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l examples -d 'Show the model so many examples that people annotated [default: none]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l examples-from -d 'Examples from a file of annotated tasks [default: where the tasks come from]' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l examples-by -d 'How examples are chosen for a task [default: nearest]' -r -f -a "fixed\t'The same for all tasks, those of the lowest ids: prompt caches can keep them'
random\t'Others for each task; --seed chooses otherwise'
nearest\t'Those that have most words in common with the task'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l as-turns -d 'Send a conversation that is labeled as turns of the chat, before the prompt' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l split -d 'Ask about longer texts in pieces of at most N characters, where spans are all that is filled [default: off]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l score -d 'Where the scores of predictions come from [default: auto]' -r -f -a "auto\t'From token probabilities and votes, as far as there are any'
logprobs\t'From the probabilities of the tokens of a label; a model that does not tell them ends the run'
votes\t'From the share of the responses that agree, with --num-responses'
none\t'No scores, and nothing is asked for their sake'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l profile -d 'Render the prompt and read the answer as another tool does, for people who move over from it' -r -f -a "llm-interactive\t'The `llm_interactive` example of Label Studio'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l image-size -d 'Scale images down to this longest side, in pixels [default: as they are]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l image-urls -d 'Send the addresses of images on the web, for the model\'s server to fetch, in place of the images' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l max-file-size -d 'The largest image or file that is fetched, in megabytes [default: 20]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l media-root -d 'Read files of this folder where tasks name them by path [default: no files of this machine]' -r -f -a "(__fish_complete_directories)"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l allow-private-addresses -d 'Also fetch from this machine and from private networks, where a task says so (Label Studio itself always is)' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l provider -d 'Whose API to use [default: openai]' -r -f -a "openai\t'OpenAI, and every compatible server by `--base-url` (vLLM, llama.cpp, LM Studio, LiteLLM, Groq and others)'
anthropic\t'Anthropic\'s Claude, by its own interface (`/v1/messages`)'
azure\t'Azure OpenAI: the resource\'s endpoint, and the deployment\'s name as the model'
ollama\t'Ollama, by its own interface'
keyword\t'No model and no network: counts the words of the labels'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l model -d 'The model; for Azure the deployment [default: gpt-5.4-nano with openai, claude-haiku-5-5 with anthropic]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l base-url -d 'Address of the API, such as http://localhost:8000/v1; for Azure the resource' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l model-api-key-file -d 'File with the provider\'s key; or set `OPENAI_API_KEY` to the key' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l api-version -d 'Azure\'s API version, for addresses that do not end in /openai/v1' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l num-ctx -d 'Ollama\'s context length in tokens [default: from the first tasks, at least 8192]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l temperature -d 'Sampling temperature [default: not sent; 0.7 with --profile]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l num-responses -d 'Responses a task: all go into a TextArea, choices are voted on [default: 1]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l max-tokens -d 'Most tokens of one answer; where one is cut off there, four times as many are tried once [default: none; 4096 with anthropic, --max-cost or --max-tokens-total]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l seed-model -d 'Seed for the model\'s sampling' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l reasoning-effort -d 'How long a reasoning model may think, in the provider\'s words' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l param -d 'Any further field of the request, such as `top_p=0.9`' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l header -d 'Any further request header for the model\'s server' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l price-in -d 'Price of a million input tokens in US dollars' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l price-out -d 'Price of a million output tokens in US dollars' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l price-model -d 'Take the price of this model (an Azure deployment\'s name says nothing)' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l concurrency -d 'At most this many tasks in work [default: 16; ollama: 2; keyword: 4]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l rpm -d 'At most this many requests a minute [default: what the server says]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l tpm -d 'At most this many tokens a minute, prompts and answers together [default: what the server says]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l max-cost -d 'Spend at most so many US dollars in this run, by the price table and counted at the worst [default: no limit]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l max-tokens-total -d 'Use at most so many tokens in this run, in and out, counted at the worst [default: no limit]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l timeout -d 'How long one attempt may take, in seconds [default: 120]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l max-wait -d 'Give up rather than wait longer than this at a time, in seconds [default: 600]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -s o -l output -d 'Write to this file instead of posting: .jsonl, .json, .csv, or - for standard output' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l dry-run -d 'Post nothing: the same as --output -' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l journal -d 'Keep what was paid for in this file, which need not exist [default: in the state folder]' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l model-version -d 'Name of the predictions\' version [default: the model and a hash of prompt, config and parameters]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l replace -d 'Delete this tool\'s own older predictions of the tasks that get new ones' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l summary -d 'Write a summary, also of a failed run: `.md` for job pages, `.xml` for test reports, else JSON' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l progress -d 'How to show progress [default: auto]' -r -f -a "auto\t'A bar on a terminal, lines elsewhere'
bar\t'A bar'
lines\t'A line now and then'
none\t'Nothing'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l max-retries -d 'Further attempts after a failed one [default: 1]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l color -d 'Whether to use colours [default: auto]' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -l config -d 'Read settings from this file instead of ./ls-autolabel.toml' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -s v -l verbose -d 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -s q -l quiet -d 'Say nothing but errors'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand check" -s V -l version -d 'Print version'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and not __fish_seen_subcommand_from list show forget compact help" -l color -d 'Whether to use colours [default: auto]' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and not __fish_seen_subcommand_from list show forget compact help" -l config -d 'Read settings from this file instead of ./ls-autolabel.toml' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and not __fish_seen_subcommand_from list show forget compact help" -s v -l verbose -d 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and not __fish_seen_subcommand_from list show forget compact help" -s q -l quiet -d 'Say nothing but errors'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and not __fish_seen_subcommand_from list show forget compact help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and not __fish_seen_subcommand_from list show forget compact help" -s V -l version -d 'Print version'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and not __fish_seen_subcommand_from list show forget compact help" -f -a "list" -d 'List all journals, or the tasks of one'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and not __fish_seen_subcommand_from list show forget compact help" -f -a "show" -d 'Show what was answered for a task, and what it cost'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and not __fish_seen_subcommand_from list show forget compact help" -f -a "forget" -d 'Forget answers or failures, so that a run asks again'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and not __fish_seen_subcommand_from list show forget compact help" -f -a "compact" -d 'Make a journal smaller: drop what is of no more use'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and not __fish_seen_subcommand_from list show forget compact help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from list" -l project -d 'The journal of this project' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from list" -l url -d 'Address of the project\'s Label Studio [default: http://localhost:8080]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from list" -l tasks -d 'The journal of this file of tasks, or - for standard input' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from list" -l label-config -d 'The labeling config that the tasks from standard input had' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from list" -l journal -d 'This journal' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from list" -l color -d 'Whether to use colours [default: auto]' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from list" -l config -d 'Read settings from this file instead of ./ls-autolabel.toml' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from list" -l all -d 'All journals, also where a setting names one'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from show" -l project -d 'The journal of this project' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from show" -l url -d 'Address of the project\'s Label Studio [default: http://localhost:8080]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from show" -l tasks -d 'The journal of this file of tasks, or - for standard input' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from show" -l label-config -d 'The labeling config that the tasks from standard input had' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from show" -l journal -d 'This journal' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from show" -l color -d 'Whether to use colours [default: auto]' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from show" -l config -d 'Read settings from this file instead of ./ls-autolabel.toml' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from show" -l json -d 'Its records in full, one line of JSON each'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but errors'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from forget" -l project -d 'The journal of this project' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from forget" -l url -d 'Address of the project\'s Label Studio [default: http://localhost:8080]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from forget" -l tasks -d 'The journal of this file of tasks, or - for standard input' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from forget" -l label-config -d 'The labeling config that the tasks from standard input had' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from forget" -l journal -d 'This journal' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from forget" -l color -d 'Whether to use colours [default: auto]' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from forget" -l config -d 'Read settings from this file instead of ./ls-autolabel.toml' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from forget" -l failed -d 'Only failures; of these tasks, if any are named'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from forget" -l all -d 'Everything'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from forget" -s v -l verbose -d 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from forget" -s q -l quiet -d 'Say nothing but errors'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from forget" -s V -l version -d 'Print version'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from compact" -l project -d 'The journal of this project' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from compact" -l url -d 'Address of the project\'s Label Studio [default: http://localhost:8080]' -r
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from compact" -l tasks -d 'The journal of this file of tasks, or - for standard input' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from compact" -l label-config -d 'The labeling config that the tasks from standard input had' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from compact" -l journal -d 'This journal' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from compact" -l color -d 'Whether to use colours [default: auto]' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from compact" -l config -d 'Read settings from this file instead of ./ls-autolabel.toml' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from compact" -s v -l verbose -d 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from compact" -s q -l quiet -d 'Say nothing but errors'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from compact" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from compact" -s V -l version -d 'Print version'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from help" -f -a "list" -d 'List all journals, or the tasks of one'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what was answered for a task, and what it cost'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from help" -f -a "forget" -d 'Forget answers or failures, so that a run asks again'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from help" -f -a "compact" -d 'Make a journal smaller: drop what is of no more use'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand journal; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand completions" -l color -d 'Whether to use colours [default: auto]' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand completions" -l config -d 'Read settings from this file instead of ./ls-autolabel.toml' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand completions" -s v -l verbose -d 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand completions" -s q -l quiet -d 'Say nothing but errors'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand completions" -s V -l version -d 'Print version'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand man" -l color -d 'Whether to use colours [default: auto]' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand man" -l config -d 'Read settings from this file instead of ./ls-autolabel.toml' -r -F
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand man" -s v -l verbose -d 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand man" -s q -l quiet -d 'Say nothing but errors'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand man" -s V -l version -d 'Print version'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand help; and not __fish_seen_subcommand_from run push preview check journal completions man help" -f -a "run" -d 'Label tasks and post the predictions, or write them to a file'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand help; and not __fish_seen_subcommand_from run push preview check journal completions man help" -f -a "push" -d 'Post a file of predictions, as `run --output` wrote it and a person reviewed it'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand help; and not __fish_seen_subcommand_from run push preview check journal completions man help" -f -a "preview" -d 'Show the exact requests and what a run would cost; asks no model, posts nothing'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand help; and not __fish_seen_subcommand_from run push preview check journal completions man help" -f -a "check" -d 'Check that everything a run needs is ready; one line each'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand help; and not __fish_seen_subcommand_from run push preview check journal completions man help" -f -a "journal" -d 'Look at what was paid for, and clean up'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand help; and not __fish_seen_subcommand_from run push preview check journal completions man help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand help; and not __fish_seen_subcommand_from run push preview check journal completions man help" -f -a "man" -d 'Print the manual page, in roff'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand help; and not __fish_seen_subcommand_from run push preview check journal completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand help; and __fish_seen_subcommand_from journal" -f -a "list" -d 'List all journals, or the tasks of one'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand help; and __fish_seen_subcommand_from journal" -f -a "show" -d 'Show what was answered for a task, and what it cost'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand help; and __fish_seen_subcommand_from journal" -f -a "forget" -d 'Forget answers or failures, so that a run asks again'
complete -c ls-autolabel -n "__fish_ls_autolabel_using_subcommand help; and __fish_seen_subcommand_from journal" -f -a "compact" -d 'Make a journal smaller: drop what is of no more use'
