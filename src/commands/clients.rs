//! The clients of a run: of Label Studio, of the model's server, and of hosts that tasks name.

use std::sync::Arc;

use tracing::info;

use super::Context;
use super::plan::{self, Ground};
use crate::annotate::annotator::{Annotator, Answerer};
use crate::error::Error;
use crate::http;
use crate::http::pace::{Limits, Pace};
use crate::http::retry::RetryPolicy;
use crate::http::share::Share;
use crate::http::stop::Stop;
use crate::http::transport::Transport;
use crate::llm::budget::Budget;
use crate::llm::client::{Client, Endpoint};
use crate::llm::memory::Memory;
use crate::llm::provider::ProviderOptions;
use crate::media::{Access, Media};
use crate::settings::{FileStudio, MediaSettings, ModelServer, ModelSettings, Settings, StudioSettings};
use crate::studio::client::Studio;

/// How requests are sent.
pub(super) struct Network<'a> {
    /// How they are repeated.
    pub policy: &'a RetryPolicy,
    pub context: &'a Context<'a>,
}

/// Returns a client of Label Studio that has asked nothing yet.
pub(super) fn studio(settings: &StudioSettings, policy: &RetryPolicy, stop: &Stop) -> Result<Studio, Error> {
    let transport = transport(policy.clone(), &Limits::default(), stop)?;
    Ok(Studio::new(settings.address.clone(), settings.key.clone(), transport))
}

/// Waits for this Label Studio from now on where it goes away: it was there.
pub(super) fn be_patient(studio: &Studio, context: &Context<'_>) {
    let terminal = context.terminal;
    studio.be_patient(move |words| terminal.interject(words));
}

/// Returns what fetches the files of tasks: with Label Studio's key from there, and with none from elsewhere.
pub(super) fn media(settings: &Settings, ground: &Ground, stop: &Stop) -> Result<Media, Error> {
    let MediaSettings { options, studio } = &settings.media;
    let access = match studio {
        FileStudio::OfTasks => {
            Access::Given { studio: ground.studio.clone().ok_or_else(plan::not_connected)?, project: None }
        }
        FileStudio::Named { address, key, project } => {
            let transport = transport(settings.policy.clone(), &Limits::default(), stop)?;
            let studio = Studio::new(address.clone(), key.clone(), transport);
            Access::Given { studio: Arc::new(studio), project: *project }
        }
        FileStudio::Missing(cure) => Access::Missing(cure.clone()),
    };
    let client = http::foreign_client(options.hosts).map_err(no_http)?;
    let web = Transport { client, ..transport(settings.policy.clone(), &Limits::default(), stop)? };
    Ok(Media::new(access, Some(web), options.clone()))
}

/// Returns a client of the model's server that spends no more than the run may.
pub(super) fn client(
    settings: &ModelSettings,
    server: &ModelServer,
    options: &ProviderOptions,
    network: &Network<'_>,
) -> Result<Client, Error> {
    let endpoint = Endpoint {
        provider: (server.row.provider)(options),
        base: server.base.clone(),
        key: server.key.clone(),
        headers: server.headers.clone(),
        timeout: server.timeout,
    };
    let concurrency = u32::try_from(settings.concurrency).ok();
    let limits = Limits { rpm: server.rpm, tpm: server.tpm, concurrency };
    let Network { policy, context } = network;
    let mut client = Client::new(endpoint, transport((*policy).clone(), &limits, &context.stop)?);
    if let Some(folder) = &context.state {
        client = client.remembering(Memory::at(folder.join("endpoints.json")));
    }
    if let Some(limits) = settings.budget {
        client = client.within(Budget::new(limits, settings.price));
    }
    Ok(client)
}

/// Shares the model's limits with other processes until the result is dropped; to be called by whoever is about to ask
/// again and again.
///
/// It takes a second where there are others. `None` where this process cannot know of others, or has none to ask.
pub(super) async fn share(annotator: &Annotator, context: &Context<'_>) -> Option<Share> {
    let Answerer::Model(client) = &annotator.answerer else { return None };
    let Some(state) = &context.state else {
        info!("there is no state folder: other processes that use this endpoint are not seen");
        return None;
    };
    let folder = state.join("pace").join(client.limits(&annotator.model));
    let pace = Arc::clone(&client.transport().pace);
    tokio::select! {
        () = context.stop.asked() => None,
        joined = Share::join(&folder, move |count| pace.set_share(count)) => joined
            .inspect_err(|error| {
                let folder = folder.display();
                info!("no locks in {folder}, so other processes that use this endpoint are not seen: {error}");
            })
            .ok(),
    }
}

fn transport(policy: RetryPolicy, limits: &Limits, stop: &Stop) -> Result<Transport, Error> {
    let client = http::client().map_err(no_http)?;
    Ok(Transport { client, policy, pace: Arc::new(Pace::new(limits)), stop: stop.clone() })
}

fn no_http(error: reqwest::Error) -> Error {
    Error::Io { action: "cannot set up HTTP".to_owned(), source: std::io::Error::other(error) }
}
