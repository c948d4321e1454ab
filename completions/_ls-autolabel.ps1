
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'ls-autolabel' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'ls-autolabel'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'ls-autolabel' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours [default: auto]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from this file instead of ./ls-autolabel.toml')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Label tasks and post the predictions, or write them to a file')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Post a file of predictions, as `run --output` wrote it and a person reviewed it')
            [CompletionResult]::new('preview', 'preview', [CompletionResultType]::ParameterValue, 'Show the exact requests and what a run would cost; asks no model, posts nothing')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that everything a run needs is ready; one line each')
            [CompletionResult]::new('journal', 'journal', [CompletionResultType]::ParameterValue, 'Look at what was paid for, and clean up')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, in roff')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ls-autolabel;run' {
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of Label Studio; a path prefix works [default: http://localhost:8080]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'The project''s number, as in its address')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the personal access token or legacy token; or set `LABEL_STUDIO_API_KEY` to the token')
            [CompletionResult]::new('--tasks', '--tasks', [CompletionResultType]::ParameterName, 'Tasks from a file instead of a project: .json, .jsonl, .csv, .tsv, or - for standard input')
            [CompletionResult]::new('--label-config', '--label-config', [CompletionResultType]::ParameterName, 'The labeling config (XML) for tasks from a file')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Which tasks by what they have already [default: unpredicted]')
            [CompletionResult]::new('--view', '--view', [CompletionResultType]::ParameterName, 'Only the tasks of this Data Manager view (tab)')
            [CompletionResult]::new('--ids', '--ids', [CompletionResultType]::ParameterName, 'Only these tasks, such as 1,5-9')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most this many tasks')
            [CompletionResult]::new('--sample', '--sample', [CompletionResultType]::ParameterName, 'This many tasks, chosen at random')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Another random choice for --sample and --examples-by random [default: 0]')
            [CompletionResult]::new('--retry-failed', '--retry-failed', [CompletionResultType]::ParameterName, 'Ask again where the model refused, or gave no answer of use, in an earlier run')
            [CompletionResult]::new('--prompt', '--prompt', [CompletionResultType]::ParameterName, 'File with the prompt; {field} stands for a field of the task, {labels} for the labels')
            [CompletionResult]::new('--system', '--system', [CompletionResultType]::ParameterName, 'File with a system message, a template like the prompt')
            [CompletionResult]::new('--prompt-template', '--prompt-template', [CompletionResultType]::ParameterName, 'What wraps a prompt that names no field [default: "Source Text: {text}\n\nTask Directive: {prompt}"]')
            [CompletionResult]::new('--use-internal-prompt-template', '--use-internal-prompt-template', [CompletionResultType]::ParameterName, 'Whether to wrap the prompt [default: if it names no field]')
            [CompletionResult]::new('--prompt-prefix', '--prompt-prefix', [CompletionResultType]::ParameterName, 'Name, or beginning of the name, of the TextArea that shows the prompt [default: prompt]')
            [CompletionResult]::new('--response-prefix', '--response-prefix', [CompletionResultType]::ParameterName, 'Name, or beginning of the name, of the TextArea that takes a text answer')
            [CompletionResult]::new('--controls', '--controls', [CompletionResultType]::ParameterName, 'Fill only these controls, by name [default: all but the prompt''s]')
            [CompletionResult]::new('--answer', '--answer', [CompletionResultType]::ParameterName, 'How to ask for the answer [default: auto]')
            [CompletionResult]::new('--examples', '--examples', [CompletionResultType]::ParameterName, 'Show the model so many examples that people annotated [default: none]')
            [CompletionResult]::new('--examples-from', '--examples-from', [CompletionResultType]::ParameterName, 'Examples from a file of annotated tasks [default: where the tasks come from]')
            [CompletionResult]::new('--examples-by', '--examples-by', [CompletionResultType]::ParameterName, 'How examples are chosen for a task [default: nearest]')
            [CompletionResult]::new('--as-turns', '--as-turns', [CompletionResultType]::ParameterName, 'Send a conversation that is labeled as turns of the chat, before the prompt')
            [CompletionResult]::new('--split', '--split', [CompletionResultType]::ParameterName, 'Ask about longer texts in pieces of at most N characters, where spans are all that is filled [default: off]')
            [CompletionResult]::new('--score', '--score', [CompletionResultType]::ParameterName, 'Where the scores of predictions come from [default: auto]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Render the prompt and read the answer as another tool does, for people who move over from it')
            [CompletionResult]::new('--image-size', '--image-size', [CompletionResultType]::ParameterName, 'Scale images down to this longest side, in pixels [default: as they are]')
            [CompletionResult]::new('--image-urls', '--image-urls', [CompletionResultType]::ParameterName, 'Send the addresses of images on the web, for the model''s server to fetch, in place of the images')
            [CompletionResult]::new('--max-file-size', '--max-file-size', [CompletionResultType]::ParameterName, 'The largest image or file that is fetched, in megabytes [default: 20]')
            [CompletionResult]::new('--media-root', '--media-root', [CompletionResultType]::ParameterName, 'Read files of this folder where tasks name them by path [default: no files of this machine]')
            [CompletionResult]::new('--allow-private-addresses', '--allow-private-addresses', [CompletionResultType]::ParameterName, 'Also fetch from this machine and from private networks, where a task says so (Label Studio itself always is)')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Whose API to use [default: openai]')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model; for Azure the deployment [default: gpt-5.4-nano with openai, claude-haiku-5-5 with anthropic]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Address of the API, such as http://localhost:8000/v1; for Azure the resource')
            [CompletionResult]::new('--model-api-key-file', '--model-api-key-file', [CompletionResultType]::ParameterName, 'File with the provider''s key; or set `OPENAI_API_KEY` to the key')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'Azure''s API version, for addresses that do not end in /openai/v1')
            [CompletionResult]::new('--num-ctx', '--num-ctx', [CompletionResultType]::ParameterName, 'Ollama''s context length in tokens [default: from the first tasks, at least 8192]')
            [CompletionResult]::new('--temperature', '--temperature', [CompletionResultType]::ParameterName, 'Sampling temperature [default: not sent; 0.7 with --profile]')
            [CompletionResult]::new('--num-responses', '--num-responses', [CompletionResultType]::ParameterName, 'Responses a task: all go into a TextArea, choices are voted on [default: 1]')
            [CompletionResult]::new('--max-tokens', '--max-tokens', [CompletionResultType]::ParameterName, 'Most tokens of one answer; where one is cut off there, four times as many are tried once [default: none; 4096 with anthropic, --max-cost or --max-tokens-total]')
            [CompletionResult]::new('--seed-model', '--seed-model', [CompletionResultType]::ParameterName, 'Seed for the model''s sampling')
            [CompletionResult]::new('--reasoning-effort', '--reasoning-effort', [CompletionResultType]::ParameterName, 'How long a reasoning model may think, in the provider''s words')
            [CompletionResult]::new('--param', '--param', [CompletionResultType]::ParameterName, 'Any further field of the request, such as `top_p=0.9`')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Any further request header for the model''s server')
            [CompletionResult]::new('--price-in', '--price-in', [CompletionResultType]::ParameterName, 'Price of a million input tokens in US dollars')
            [CompletionResult]::new('--price-out', '--price-out', [CompletionResultType]::ParameterName, 'Price of a million output tokens in US dollars')
            [CompletionResult]::new('--price-model', '--price-model', [CompletionResultType]::ParameterName, 'Take the price of this model (an Azure deployment''s name says nothing)')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'At most this many tasks in work [default: 16; ollama: 2; keyword: 4]')
            [CompletionResult]::new('--rpm', '--rpm', [CompletionResultType]::ParameterName, 'At most this many requests a minute [default: what the server says]')
            [CompletionResult]::new('--tpm', '--tpm', [CompletionResultType]::ParameterName, 'At most this many tokens a minute, prompts and answers together [default: what the server says]')
            [CompletionResult]::new('--max-cost', '--max-cost', [CompletionResultType]::ParameterName, 'Spend at most so many US dollars in this run, by the price table and counted at the worst [default: no limit]')
            [CompletionResult]::new('--max-tokens-total', '--max-tokens-total', [CompletionResultType]::ParameterName, 'Use at most so many tokens in this run, in and out, counted at the worst [default: no limit]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one attempt may take, in seconds [default: 120]')
            [CompletionResult]::new('--max-retries', '--max-retries', [CompletionResultType]::ParameterName, 'Further attempts after a failed one [default: 6]')
            [CompletionResult]::new('--max-wait', '--max-wait', [CompletionResultType]::ParameterName, 'Give up rather than wait longer than this at a time, in seconds [default: 600]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to this file instead of posting: .jsonl, .json, .csv, or - for standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to this file instead of posting: .jsonl, .json, .csv, or - for standard output')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Post nothing: the same as --output -')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep what was paid for in this file, which need not exist [default: in the state folder]')
            [CompletionResult]::new('--model-version', '--model-version', [CompletionResultType]::ParameterName, 'Name of the predictions'' version [default: the model and a hash of prompt, config and parameters]')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Delete this tool''s own older predictions of the tasks that get new ones')
            [CompletionResult]::new('--summary', '--summary', [CompletionResultType]::ParameterName, 'Write a summary, also of a failed run: `.md` for job pages, `.xml` for test reports, else JSON')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How to show progress [default: auto]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours [default: auto]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from this file instead of ./ls-autolabel.toml')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ls-autolabel;push' {
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of Label Studio; a path prefix works [default: http://localhost:8080]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'The project''s number, as in its address')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the personal access token or legacy token; or set `LABEL_STUDIO_API_KEY` to the token')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Delete this tool''s own older predictions of the tasks that get new ones')
            [CompletionResult]::new('--summary', '--summary', [CompletionResultType]::ParameterName, 'Write a summary, also of a failed run: `.md` for job pages, `.xml` for test reports, else JSON')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How to show progress [default: auto]')
            [CompletionResult]::new('--max-retries', '--max-retries', [CompletionResultType]::ParameterName, 'Further attempts after a failed one [default: 6]')
            [CompletionResult]::new('--max-wait', '--max-wait', [CompletionResultType]::ParameterName, 'Give up rather than wait longer than this at a time, in seconds [default: 600]')
            [CompletionResult]::new('--model-version', '--model-version', [CompletionResultType]::ParameterName, 'Name of the predictions'' version [default: what the file says of each]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours [default: auto]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from this file instead of ./ls-autolabel.toml')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ls-autolabel;preview' {
            [CompletionResult]::new('--show', '--show', [CompletionResultType]::ParameterName, 'Show the requests of this many tasks, 1 if not given; the estimate is for the whole selection')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of Label Studio; a path prefix works [default: http://localhost:8080]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'The project''s number, as in its address')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the personal access token or legacy token; or set `LABEL_STUDIO_API_KEY` to the token')
            [CompletionResult]::new('--tasks', '--tasks', [CompletionResultType]::ParameterName, 'Tasks from a file instead of a project: .json, .jsonl, .csv, .tsv, or - for standard input')
            [CompletionResult]::new('--label-config', '--label-config', [CompletionResultType]::ParameterName, 'The labeling config (XML) for tasks from a file')
            [CompletionResult]::new('--view', '--view', [CompletionResultType]::ParameterName, 'Only the tasks of this Data Manager view (tab)')
            [CompletionResult]::new('--ids', '--ids', [CompletionResultType]::ParameterName, 'Only these tasks, such as 1,5-9')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most this many tasks')
            [CompletionResult]::new('--sample', '--sample', [CompletionResultType]::ParameterName, 'This many tasks, chosen at random')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Another random choice for --sample and --examples-by random [default: 0]')
            [CompletionResult]::new('--retry-failed', '--retry-failed', [CompletionResultType]::ParameterName, 'Ask again where the model refused, or gave no answer of use, in an earlier run')
            [CompletionResult]::new('--prompt', '--prompt', [CompletionResultType]::ParameterName, 'File with the prompt; {field} stands for a field of the task, {labels} for the labels')
            [CompletionResult]::new('--system', '--system', [CompletionResultType]::ParameterName, 'File with a system message, a template like the prompt')
            [CompletionResult]::new('--prompt-template', '--prompt-template', [CompletionResultType]::ParameterName, 'What wraps a prompt that names no field [default: "Source Text: {text}\n\nTask Directive: {prompt}"]')
            [CompletionResult]::new('--use-internal-prompt-template', '--use-internal-prompt-template', [CompletionResultType]::ParameterName, 'Whether to wrap the prompt [default: if it names no field]')
            [CompletionResult]::new('--prompt-prefix', '--prompt-prefix', [CompletionResultType]::ParameterName, 'Name, or beginning of the name, of the TextArea that shows the prompt [default: prompt]')
            [CompletionResult]::new('--response-prefix', '--response-prefix', [CompletionResultType]::ParameterName, 'Name, or beginning of the name, of the TextArea that takes a text answer')
            [CompletionResult]::new('--controls', '--controls', [CompletionResultType]::ParameterName, 'Fill only these controls, by name [default: all but the prompt''s]')
            [CompletionResult]::new('--answer', '--answer', [CompletionResultType]::ParameterName, 'How to ask for the answer [default: auto]')
            [CompletionResult]::new('--examples', '--examples', [CompletionResultType]::ParameterName, 'Show the model so many examples that people annotated [default: none]')
            [CompletionResult]::new('--examples-from', '--examples-from', [CompletionResultType]::ParameterName, 'Examples from a file of annotated tasks [default: where the tasks come from]')
            [CompletionResult]::new('--examples-by', '--examples-by', [CompletionResultType]::ParameterName, 'How examples are chosen for a task [default: nearest]')
            [CompletionResult]::new('--as-turns', '--as-turns', [CompletionResultType]::ParameterName, 'Send a conversation that is labeled as turns of the chat, before the prompt')
            [CompletionResult]::new('--split', '--split', [CompletionResultType]::ParameterName, 'Ask about longer texts in pieces of at most N characters, where spans are all that is filled [default: off]')
            [CompletionResult]::new('--score', '--score', [CompletionResultType]::ParameterName, 'Where the scores of predictions come from [default: auto]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Render the prompt and read the answer as another tool does, for people who move over from it')
            [CompletionResult]::new('--image-size', '--image-size', [CompletionResultType]::ParameterName, 'Scale images down to this longest side, in pixels [default: as they are]')
            [CompletionResult]::new('--image-urls', '--image-urls', [CompletionResultType]::ParameterName, 'Send the addresses of images on the web, for the model''s server to fetch, in place of the images')
            [CompletionResult]::new('--max-file-size', '--max-file-size', [CompletionResultType]::ParameterName, 'The largest image or file that is fetched, in megabytes [default: 20]')
            [CompletionResult]::new('--media-root', '--media-root', [CompletionResultType]::ParameterName, 'Read files of this folder where tasks name them by path [default: no files of this machine]')
            [CompletionResult]::new('--allow-private-addresses', '--allow-private-addresses', [CompletionResultType]::ParameterName, 'Also fetch from this machine and from private networks, where a task says so (Label Studio itself always is)')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Whose API to use [default: openai]')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model; for Azure the deployment [default: gpt-5.4-nano with openai, claude-haiku-5-5 with anthropic]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Address of the API, such as http://localhost:8000/v1; for Azure the resource')
            [CompletionResult]::new('--model-api-key-file', '--model-api-key-file', [CompletionResultType]::ParameterName, 'File with the provider''s key; or set `OPENAI_API_KEY` to the key')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'Azure''s API version, for addresses that do not end in /openai/v1')
            [CompletionResult]::new('--num-ctx', '--num-ctx', [CompletionResultType]::ParameterName, 'Ollama''s context length in tokens [default: from the first tasks, at least 8192]')
            [CompletionResult]::new('--temperature', '--temperature', [CompletionResultType]::ParameterName, 'Sampling temperature [default: not sent; 0.7 with --profile]')
            [CompletionResult]::new('--num-responses', '--num-responses', [CompletionResultType]::ParameterName, 'Responses a task: all go into a TextArea, choices are voted on [default: 1]')
            [CompletionResult]::new('--max-tokens', '--max-tokens', [CompletionResultType]::ParameterName, 'Most tokens of one answer; where one is cut off there, four times as many are tried once [default: none; 4096 with anthropic, --max-cost or --max-tokens-total]')
            [CompletionResult]::new('--seed-model', '--seed-model', [CompletionResultType]::ParameterName, 'Seed for the model''s sampling')
            [CompletionResult]::new('--reasoning-effort', '--reasoning-effort', [CompletionResultType]::ParameterName, 'How long a reasoning model may think, in the provider''s words')
            [CompletionResult]::new('--param', '--param', [CompletionResultType]::ParameterName, 'Any further field of the request, such as `top_p=0.9`')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Any further request header for the model''s server')
            [CompletionResult]::new('--price-in', '--price-in', [CompletionResultType]::ParameterName, 'Price of a million input tokens in US dollars')
            [CompletionResult]::new('--price-out', '--price-out', [CompletionResultType]::ParameterName, 'Price of a million output tokens in US dollars')
            [CompletionResult]::new('--price-model', '--price-model', [CompletionResultType]::ParameterName, 'Take the price of this model (an Azure deployment''s name says nothing)')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'At most this many tasks in work [default: 16; ollama: 2; keyword: 4]')
            [CompletionResult]::new('--rpm', '--rpm', [CompletionResultType]::ParameterName, 'At most this many requests a minute [default: what the server says]')
            [CompletionResult]::new('--tpm', '--tpm', [CompletionResultType]::ParameterName, 'At most this many tokens a minute, prompts and answers together [default: what the server says]')
            [CompletionResult]::new('--max-cost', '--max-cost', [CompletionResultType]::ParameterName, 'Spend at most so many US dollars in this run, by the price table and counted at the worst [default: no limit]')
            [CompletionResult]::new('--max-tokens-total', '--max-tokens-total', [CompletionResultType]::ParameterName, 'Use at most so many tokens in this run, in and out, counted at the worst [default: no limit]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one attempt may take, in seconds [default: 120]')
            [CompletionResult]::new('--max-retries', '--max-retries', [CompletionResultType]::ParameterName, 'Further attempts after a failed one [default: 6]')
            [CompletionResult]::new('--max-wait', '--max-wait', [CompletionResultType]::ParameterName, 'Give up rather than wait longer than this at a time, in seconds [default: 600]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to this file instead of posting: .jsonl, .json, .csv, or - for standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to this file instead of posting: .jsonl, .json, .csv, or - for standard output')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Post nothing: the same as --output -')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep what was paid for in this file, which need not exist [default: in the state folder]')
            [CompletionResult]::new('--model-version', '--model-version', [CompletionResultType]::ParameterName, 'Name of the predictions'' version [default: the model and a hash of prompt, config and parameters]')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Delete this tool''s own older predictions of the tasks that get new ones')
            [CompletionResult]::new('--summary', '--summary', [CompletionResultType]::ParameterName, 'Write a summary, also of a failed run: `.md` for job pages, `.xml` for test reports, else JSON')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How to show progress [default: auto]')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Which tasks by what they have already [default: unpredicted; with --ids: all]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours [default: auto]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from this file instead of ./ls-autolabel.toml')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ls-autolabel;check' {
            [CompletionResult]::new('--no-ask', '--no-ask', [CompletionResultType]::ParameterName, 'Do not send the first task''s request, which shows whether key and model work')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of Label Studio; a path prefix works [default: http://localhost:8080]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'The project''s number, as in its address')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the personal access token or legacy token; or set `LABEL_STUDIO_API_KEY` to the token')
            [CompletionResult]::new('--tasks', '--tasks', [CompletionResultType]::ParameterName, 'Tasks from a file instead of a project: .json, .jsonl, .csv, .tsv, or - for standard input')
            [CompletionResult]::new('--label-config', '--label-config', [CompletionResultType]::ParameterName, 'The labeling config (XML) for tasks from a file')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Which tasks by what they have already [default: unpredicted]')
            [CompletionResult]::new('--view', '--view', [CompletionResultType]::ParameterName, 'Only the tasks of this Data Manager view (tab)')
            [CompletionResult]::new('--ids', '--ids', [CompletionResultType]::ParameterName, 'Only these tasks, such as 1,5-9')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most this many tasks')
            [CompletionResult]::new('--sample', '--sample', [CompletionResultType]::ParameterName, 'This many tasks, chosen at random')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Another random choice for --sample and --examples-by random [default: 0]')
            [CompletionResult]::new('--retry-failed', '--retry-failed', [CompletionResultType]::ParameterName, 'Ask again where the model refused, or gave no answer of use, in an earlier run')
            [CompletionResult]::new('--prompt', '--prompt', [CompletionResultType]::ParameterName, 'File with the prompt; {field} stands for a field of the task, {labels} for the labels')
            [CompletionResult]::new('--system', '--system', [CompletionResultType]::ParameterName, 'File with a system message, a template like the prompt')
            [CompletionResult]::new('--prompt-template', '--prompt-template', [CompletionResultType]::ParameterName, 'What wraps a prompt that names no field [default: "Source Text: {text}\n\nTask Directive: {prompt}"]')
            [CompletionResult]::new('--use-internal-prompt-template', '--use-internal-prompt-template', [CompletionResultType]::ParameterName, 'Whether to wrap the prompt [default: if it names no field]')
            [CompletionResult]::new('--prompt-prefix', '--prompt-prefix', [CompletionResultType]::ParameterName, 'Name, or beginning of the name, of the TextArea that shows the prompt [default: prompt]')
            [CompletionResult]::new('--response-prefix', '--response-prefix', [CompletionResultType]::ParameterName, 'Name, or beginning of the name, of the TextArea that takes a text answer')
            [CompletionResult]::new('--controls', '--controls', [CompletionResultType]::ParameterName, 'Fill only these controls, by name [default: all but the prompt''s]')
            [CompletionResult]::new('--answer', '--answer', [CompletionResultType]::ParameterName, 'How to ask for the answer [default: auto]')
            [CompletionResult]::new('--examples', '--examples', [CompletionResultType]::ParameterName, 'Show the model so many examples that people annotated [default: none]')
            [CompletionResult]::new('--examples-from', '--examples-from', [CompletionResultType]::ParameterName, 'Examples from a file of annotated tasks [default: where the tasks come from]')
            [CompletionResult]::new('--examples-by', '--examples-by', [CompletionResultType]::ParameterName, 'How examples are chosen for a task [default: nearest]')
            [CompletionResult]::new('--as-turns', '--as-turns', [CompletionResultType]::ParameterName, 'Send a conversation that is labeled as turns of the chat, before the prompt')
            [CompletionResult]::new('--split', '--split', [CompletionResultType]::ParameterName, 'Ask about longer texts in pieces of at most N characters, where spans are all that is filled [default: off]')
            [CompletionResult]::new('--score', '--score', [CompletionResultType]::ParameterName, 'Where the scores of predictions come from [default: auto]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Render the prompt and read the answer as another tool does, for people who move over from it')
            [CompletionResult]::new('--image-size', '--image-size', [CompletionResultType]::ParameterName, 'Scale images down to this longest side, in pixels [default: as they are]')
            [CompletionResult]::new('--image-urls', '--image-urls', [CompletionResultType]::ParameterName, 'Send the addresses of images on the web, for the model''s server to fetch, in place of the images')
            [CompletionResult]::new('--max-file-size', '--max-file-size', [CompletionResultType]::ParameterName, 'The largest image or file that is fetched, in megabytes [default: 20]')
            [CompletionResult]::new('--media-root', '--media-root', [CompletionResultType]::ParameterName, 'Read files of this folder where tasks name them by path [default: no files of this machine]')
            [CompletionResult]::new('--allow-private-addresses', '--allow-private-addresses', [CompletionResultType]::ParameterName, 'Also fetch from this machine and from private networks, where a task says so (Label Studio itself always is)')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Whose API to use [default: openai]')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model; for Azure the deployment [default: gpt-5.4-nano with openai, claude-haiku-5-5 with anthropic]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Address of the API, such as http://localhost:8000/v1; for Azure the resource')
            [CompletionResult]::new('--model-api-key-file', '--model-api-key-file', [CompletionResultType]::ParameterName, 'File with the provider''s key; or set `OPENAI_API_KEY` to the key')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'Azure''s API version, for addresses that do not end in /openai/v1')
            [CompletionResult]::new('--num-ctx', '--num-ctx', [CompletionResultType]::ParameterName, 'Ollama''s context length in tokens [default: from the first tasks, at least 8192]')
            [CompletionResult]::new('--temperature', '--temperature', [CompletionResultType]::ParameterName, 'Sampling temperature [default: not sent; 0.7 with --profile]')
            [CompletionResult]::new('--num-responses', '--num-responses', [CompletionResultType]::ParameterName, 'Responses a task: all go into a TextArea, choices are voted on [default: 1]')
            [CompletionResult]::new('--max-tokens', '--max-tokens', [CompletionResultType]::ParameterName, 'Most tokens of one answer; where one is cut off there, four times as many are tried once [default: none; 4096 with anthropic, --max-cost or --max-tokens-total]')
            [CompletionResult]::new('--seed-model', '--seed-model', [CompletionResultType]::ParameterName, 'Seed for the model''s sampling')
            [CompletionResult]::new('--reasoning-effort', '--reasoning-effort', [CompletionResultType]::ParameterName, 'How long a reasoning model may think, in the provider''s words')
            [CompletionResult]::new('--param', '--param', [CompletionResultType]::ParameterName, 'Any further field of the request, such as `top_p=0.9`')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Any further request header for the model''s server')
            [CompletionResult]::new('--price-in', '--price-in', [CompletionResultType]::ParameterName, 'Price of a million input tokens in US dollars')
            [CompletionResult]::new('--price-out', '--price-out', [CompletionResultType]::ParameterName, 'Price of a million output tokens in US dollars')
            [CompletionResult]::new('--price-model', '--price-model', [CompletionResultType]::ParameterName, 'Take the price of this model (an Azure deployment''s name says nothing)')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'At most this many tasks in work [default: 16; ollama: 2; keyword: 4]')
            [CompletionResult]::new('--rpm', '--rpm', [CompletionResultType]::ParameterName, 'At most this many requests a minute [default: what the server says]')
            [CompletionResult]::new('--tpm', '--tpm', [CompletionResultType]::ParameterName, 'At most this many tokens a minute, prompts and answers together [default: what the server says]')
            [CompletionResult]::new('--max-cost', '--max-cost', [CompletionResultType]::ParameterName, 'Spend at most so many US dollars in this run, by the price table and counted at the worst [default: no limit]')
            [CompletionResult]::new('--max-tokens-total', '--max-tokens-total', [CompletionResultType]::ParameterName, 'Use at most so many tokens in this run, in and out, counted at the worst [default: no limit]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one attempt may take, in seconds [default: 120]')
            [CompletionResult]::new('--max-wait', '--max-wait', [CompletionResultType]::ParameterName, 'Give up rather than wait longer than this at a time, in seconds [default: 600]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to this file instead of posting: .jsonl, .json, .csv, or - for standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to this file instead of posting: .jsonl, .json, .csv, or - for standard output')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Post nothing: the same as --output -')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep what was paid for in this file, which need not exist [default: in the state folder]')
            [CompletionResult]::new('--model-version', '--model-version', [CompletionResultType]::ParameterName, 'Name of the predictions'' version [default: the model and a hash of prompt, config and parameters]')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Delete this tool''s own older predictions of the tasks that get new ones')
            [CompletionResult]::new('--summary', '--summary', [CompletionResultType]::ParameterName, 'Write a summary, also of a failed run: `.md` for job pages, `.xml` for test reports, else JSON')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'How to show progress [default: auto]')
            [CompletionResult]::new('--max-retries', '--max-retries', [CompletionResultType]::ParameterName, 'Further attempts after a failed one [default: 1]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours [default: auto]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from this file instead of ./ls-autolabel.toml')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ls-autolabel;journal' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours [default: auto]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from this file instead of ./ls-autolabel.toml')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List all journals, or the tasks of one')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what was answered for a task, and what it cost')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Forget answers or failures, so that a run asks again')
            [CompletionResult]::new('compact', 'compact', [CompletionResultType]::ParameterValue, 'Make a journal smaller: drop what is of no more use')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ls-autolabel;journal;list' {
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'The journal of this project')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of the project''s Label Studio [default: http://localhost:8080]')
            [CompletionResult]::new('--tasks', '--tasks', [CompletionResultType]::ParameterName, 'The journal of this file of tasks, or - for standard input')
            [CompletionResult]::new('--label-config', '--label-config', [CompletionResultType]::ParameterName, 'The labeling config that the tasks from standard input had')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'This journal')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours [default: auto]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from this file instead of ./ls-autolabel.toml')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'All journals, also where a setting names one')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ls-autolabel;journal;show' {
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'The journal of this project')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of the project''s Label Studio [default: http://localhost:8080]')
            [CompletionResult]::new('--tasks', '--tasks', [CompletionResultType]::ParameterName, 'The journal of this file of tasks, or - for standard input')
            [CompletionResult]::new('--label-config', '--label-config', [CompletionResultType]::ParameterName, 'The labeling config that the tasks from standard input had')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'This journal')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours [default: auto]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from this file instead of ./ls-autolabel.toml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Its records in full, one line of JSON each')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ls-autolabel;journal;forget' {
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'The journal of this project')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of the project''s Label Studio [default: http://localhost:8080]')
            [CompletionResult]::new('--tasks', '--tasks', [CompletionResultType]::ParameterName, 'The journal of this file of tasks, or - for standard input')
            [CompletionResult]::new('--label-config', '--label-config', [CompletionResultType]::ParameterName, 'The labeling config that the tasks from standard input had')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'This journal')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours [default: auto]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from this file instead of ./ls-autolabel.toml')
            [CompletionResult]::new('--failed', '--failed', [CompletionResultType]::ParameterName, 'Only failures; of these tasks, if any are named')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ls-autolabel;journal;compact' {
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'The journal of this project')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of the project''s Label Studio [default: http://localhost:8080]')
            [CompletionResult]::new('--tasks', '--tasks', [CompletionResultType]::ParameterName, 'The journal of this file of tasks, or - for standard input')
            [CompletionResult]::new('--label-config', '--label-config', [CompletionResultType]::ParameterName, 'The labeling config that the tasks from standard input had')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'This journal')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours [default: auto]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from this file instead of ./ls-autolabel.toml')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ls-autolabel;journal;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List all journals, or the tasks of one')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what was answered for a task, and what it cost')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Forget answers or failures, so that a run asks again')
            [CompletionResult]::new('compact', 'compact', [CompletionResultType]::ParameterValue, 'Make a journal smaller: drop what is of no more use')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ls-autolabel;journal;help;list' {
            break
        }
        'ls-autolabel;journal;help;show' {
            break
        }
        'ls-autolabel;journal;help;forget' {
            break
        }
        'ls-autolabel;journal;help;compact' {
            break
        }
        'ls-autolabel;journal;help;help' {
            break
        }
        'ls-autolabel;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours [default: auto]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from this file instead of ./ls-autolabel.toml')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ls-autolabel;man' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours [default: auto]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from this file instead of ./ls-autolabel.toml')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: -v what happens, -vv each request, -vvv whole bodies (keys are never shown)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ls-autolabel;help' {
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Label tasks and post the predictions, or write them to a file')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Post a file of predictions, as `run --output` wrote it and a person reviewed it')
            [CompletionResult]::new('preview', 'preview', [CompletionResultType]::ParameterValue, 'Show the exact requests and what a run would cost; asks no model, posts nothing')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that everything a run needs is ready; one line each')
            [CompletionResult]::new('journal', 'journal', [CompletionResultType]::ParameterValue, 'Look at what was paid for, and clean up')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, in roff')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ls-autolabel;help;run' {
            break
        }
        'ls-autolabel;help;push' {
            break
        }
        'ls-autolabel;help;preview' {
            break
        }
        'ls-autolabel;help;check' {
            break
        }
        'ls-autolabel;help;journal' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List all journals, or the tasks of one')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what was answered for a task, and what it cost')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Forget answers or failures, so that a run asks again')
            [CompletionResult]::new('compact', 'compact', [CompletionResultType]::ParameterValue, 'Make a journal smaller: drop what is of no more use')
            break
        }
        'ls-autolabel;help;journal;list' {
            break
        }
        'ls-autolabel;help;journal;show' {
            break
        }
        'ls-autolabel;help;journal;forget' {
            break
        }
        'ls-autolabel;help;journal;compact' {
            break
        }
        'ls-autolabel;help;completions' {
            break
        }
        'ls-autolabel;help;man' {
            break
        }
        'ls-autolabel;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
