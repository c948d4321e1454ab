//! How images and files are fetched, and from which Label Studio where the tasks come from a file.

use super::layers::{Layered, Origin};
use super::studio::{Access, access};
use super::{Places, SettingsError, TaskOrigin, timeout};
use crate::cli::RunArgs;
use crate::http::Hosts;
use crate::media::{Links, Options};
use crate::studio::address::Address;
use crate::studio::auth::Key;

/// Megabytes of the largest file that is fetched.
const DEFAULT_FILE_SIZE: u32 = 20;

/// How images and files are fetched.
#[derive(Debug, Clone)]
pub struct MediaSettings {
    pub options: Options,
    pub studio: FileStudio,
}

/// The Label Studio that files are in.
#[derive(Debug, Clone)]
pub enum FileStudio {
    /// That of the tasks' project.
    OfTasks,
    /// One that was named besides a file of tasks; no task may need it, so it is not asked before one does.
    Named { address: Address, key: Key, project: Option<u64> },
    /// What to do to have one.
    Missing(String),
}

impl MediaSettings {
    /// Checks what was given and fills in the rest.
    pub fn resolve(
        layered: &Layered<RunArgs>,
        places: &Places<'_>,
        origin: &TaskOrigin,
    ) -> Result<Self, SettingsError> {
        let (args, origins) = (&layered.args.media, &layered.origins);
        let provider = layered.args.model.provider.as_deref();
        let passes_links = args.image_urls.unwrap_or_default();
        if passes_links && provider == Some("ollama") {
            return Err(SettingsError::with_hint(
                format!("{}: Ollama fetches no images by their addresses", origins.of("image-urls")),
                "leave it out; then images are fetched here and sent as they are",
            ));
        }
        if let Some(root) = args.media_root.as_ref().filter(|root| !root.is_dir()) {
            let place = origins.of("media-root");
            return Err(SettingsError::new(format!("{place}: there is no folder `{}`", root.display())));
        }
        let options = Options {
            longest: (args.max_file_size.unwrap_or(DEFAULT_FILE_SIZE) as usize) << 20,
            hosts: if args.allow_private_addresses.unwrap_or_default() { Hosts::Any } else { Hosts::Public },
            links: if passes_links { Links::Passed } else { Links::Fetched },
            root: args.media_root.clone(),
            timeout: timeout(&layered.args.limits),
        };
        let studio = match origin {
            TaskOrigin::Project { .. } => FileStudio::OfTasks,
            TaskOrigin::File { .. } => named(layered, places),
        };
        Ok(Self { options, studio })
    }
}

/// Returns the Label Studio that was named, and never a default one: a key is sent there.
fn named(layered: &Layered<RunArgs>, places: &Places<'_>) -> FileStudio {
    let (args, origins) = (&layered.args.studio, &layered.origins);
    if matches!(origins.of("url"), Origin::Default(_)) {
        return FileStudio::Missing(
            "name that Label Studio with `--url`, and set `LABEL_STUDIO_API_KEY`".to_owned(),
        );
    }
    match access(args, origins, places) {
        Ok(Access { address, key, .. }) => FileStudio::Named { address, key, project: args.project },
        Err(error) => FileStudio::Missing(match &error.hint {
            Some(hint) => format!("{error}; {hint}"),
            None => error.to_string(),
        }),
    }
}
