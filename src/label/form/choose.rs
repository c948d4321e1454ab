//! Which controls of a labeling config go into the form.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::shown::has_choice;
use super::{Form, Wanted, relations};
use crate::label::config::{ConfigError, LabelConfig};
use crate::label::control::{Control, Head, Scope};
use crate::label::spelling::nearest;
use crate::label::text;

pub(super) fn form(config: &LabelConfig, wanted: &Wanted) -> Result<Form, ConfigError> {
    let config = &match wanted.without_regions {
        Some(reason) => config.clone().without_regions(reason)?,
        None => config.clone(),
    };
    let names: Option<BTreeSet<&str>> = wanted
        .controls
        .as_ref()
        .map(|names| names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect());
    if let Some(names) = &names {
        names.iter().try_for_each(|name| check_name(config, name)).map_err(ConfigError::Choice)?;
    }
    let is_named = |control: &Arc<dyn Control>| {
        names.as_ref().is_some_and(|names| names.contains(control.head().name.as_str()))
    };
    let prompt = prefixed(&config.controls, &wanted.prompt_prefix).filter(|control| !is_named(control));
    let is_prompt = |control: &Arc<dyn Control>| {
        prompt.as_ref().is_some_and(|prompt| prompt.head().name == control.head().name)
    };
    let is_wanted = |control: &&Arc<dyn Control>| match &names {
        Some(_) => is_named(control),
        None => !is_prompt(control),
    };
    let controls: Vec<Arc<dyn Control>> = config.controls.iter().filter(is_wanted).cloned().collect();
    check_regions(config, &controls).map_err(ConfigError::Choice)?;
    let Some(first) = controls.iter().find(|control| is_of_task(control)) else {
        return Err(nothing_left(config, wanted));
    };
    let target = &first.head().to_name;
    let input = config.object(target);
    let input = input.ok_or_else(|| ConfigError::Unusable(format!("it has no object `{target}`")))?;
    let response = response(&controls, target, wanted).map_err(ConfigError::Choice)?;
    let is_choice = |control: &Arc<dyn Control>| {
        is_of_task(control) && (has_choice(control.as_ref()) || control.head().kind == "pairwise")
    };
    let choices = controls.iter().position(is_choice);
    let relations = config.relations.clone().filter(|_| {
        controls.iter().any(|control| control.head().marks_regions())
            && names.as_ref().is_none_or(|names| names.contains(relations::KEY))
    });
    let notices = match names {
        // Who names the controls knows that the others stay empty.
        Some(_) => Vec::new(),
        None => config.skipped.iter().map(ToString::to_string).collect(),
    };
    let objects = config.objects.clone();
    Ok(Form {
        input: Arc::clone(input),
        objects,
        controls,
        prompt,
        response,
        choices,
        relations,
        splitting: None,
        notices,
    })
}

fn is_of_task(control: &Arc<dyn Control>) -> bool {
    control.head().scope == Scope::Task
}

fn is_text(control: &Arc<dyn Control>) -> bool {
    control.head().kind == "textarea" && is_of_task(control)
}

/// Checks that whatever labels single regions is chosen together with what marks them.
fn check_regions(config: &LabelConfig, controls: &[Arc<dyn Control>]) -> Result<(), String> {
    let labels = |control: &Head, marker: &Head| {
        marker.marks_regions()
            && marker.to_name == control.to_name
            && control.conditions.iter().all(|condition| condition.may_allow(&marker.name))
    };
    for control in controls.iter().map(|control| control.head()).filter(|head| head.scope == Scope::Region) {
        if controls.iter().any(|marker| labels(control, marker.head())) {
            continue;
        }
        let markers = config.controls.iter().map(|marker| marker.head());
        let markers =
            text::quoted(markers.filter(|marker| labels(control, marker)).map(|marker| marker.name.as_str()));
        return Err(format!(
            "`--controls`: `{}` labels single regions, which are not there without what marks them; name {markers} as well",
            control.name
        ));
    }
    Ok(())
}

/// Returns the `TextArea` of this name, else the first whose lower-cased name starts so.
fn prefixed(controls: &[Arc<dyn Control>], prefix: &str) -> Option<Arc<dyn Control>> {
    let lower = prefix.to_lowercase();
    let texts = || controls.iter().filter(|control| is_text(control));
    let exact = texts().find(|control| control.head().name == prefix);
    let starts = || texts().find(|control| control.head().name.to_lowercase().starts_with(&lower));
    if prefix.is_empty() { None } else { exact.or_else(starts).cloned() }
}

fn response(controls: &[Arc<dyn Control>], target: &str, wanted: &Wanted) -> Result<Option<usize>, String> {
    let Some(prefix) = wanted.response_prefix.as_deref().filter(|prefix| !prefix.is_empty()) else {
        return Ok(controls.iter().position(|control| is_text(control) && control.head().to_name == target));
    };
    if let Some(found) = prefixed(controls, prefix) {
        return Ok(controls.iter().position(|control| control.head().name == found.head().name));
    }
    let texts = controls.iter().filter(|control| is_text(control));
    let texts: Vec<&str> = texts.map(|control| control.head().name.as_str()).collect();
    let found = if texts.is_empty() { "none".to_owned() } else { text::quoted(texts) };
    Err(format!(
        "`--response-prefix` is `{prefix}`, but no `TextArea` that is filled begins with `{prefix}`; there is {found}"
    ))
}

fn check_name(config: &LabelConfig, name: &str) -> Result<(), String> {
    let is_relations = name == relations::KEY && config.relations.is_some();
    if is_relations || config.controls.iter().any(|control| control.head().name == name) {
        return Ok(());
    }
    if let Some(skipped) = config.skipped.iter().find(|skipped| skipped.name == name) {
        return Err(format!("`--controls`: `{name}` ({}) cannot be filled: {}", skipped.tag, skipped.reason));
    }
    let names: Vec<&str> = config.controls.iter().map(|control| control.head().name.as_str()).collect();
    let hint = match nearest(name, names.iter().copied()) {
        Some(nearest) => format!(" (did you mean `{nearest}`?)"),
        None => String::new(),
    };
    let names = text::quoted(names.iter().copied());
    Err(format!(
        "`--controls`: the labeling config has no control `{name}`{hint}; this tool can fill {names}"
    ))
}

fn nothing_left(config: &LabelConfig, wanted: &Wanted) -> ConfigError {
    if wanted.controls.is_some() {
        return ConfigError::Choice(
            "`--controls` is empty: no control was chosen; name at least one".to_owned(),
        );
    }
    let prompt = config.controls.first().map(|control| control.head().name.clone()).unwrap_or_default();
    let reason = format!(
        "it has nothing to fill beside `{prompt}`, which holds the prompt; add another control, or \
         name it with `--controls {prompt}`"
    );
    let skipped = config.skipped.iter().map(ToString::to_string);
    ConfigError::Unusable(std::iter::once(reason).chain(skipped).collect::<Vec<_>>().join("; "))
}
