//! Images, documents and texts wherever tasks keep them: in Label Studio, its storages, the web, or a folder.
//!
//! What is fetched follows from the tag that shows it, never from what a text looks like. Label Studio's key goes to
//! Label Studio alone: not to where it redirects, and not to any other host.

mod error;
mod folder;
mod image;
mod place;
#[cfg(test)]
mod tests;
mod text;
mod web;

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::try_join_all;
use serde_json::Value;
use tokio::sync::Semaphore;

pub use error::MediaError;

use crate::http::Hosts;
use crate::http::transport::Transport;
use crate::label::form::Form;
use crate::label::task::{Task, TaskId};
use crate::llm::chat::{ChatRequest, Document, Image, Message, Part};
use crate::studio::client::Studio;
use crate::studio::files::{File, storage_route};
use error::{about, inside, is_object};
use place::Place;

/// Files that are fetched at the same time, over all tasks.
const MOST_FETCHES: usize = 8;

/// Images that are scaled down at the same time: each takes hundreds of megabytes while it is.
const MOST_SCALINGS: usize = 2;

/// Fetches what tasks refer to.
#[derive(Debug)]
pub struct Media {
    access: Access,
    /// For hosts that tasks name, with no key of ours; `None` reaches none.
    web: Option<Transport>,
    options: Options,
    fetches: Semaphore,
    scalings: Semaphore,
}

/// The Label Studio in which files may be.
#[derive(Debug)]
pub enum Access {
    Given {
        studio: Arc<Studio>,
        /// Whose storages are asked for objects; `None` asks by the task.
        project: Option<u64>,
    },
    /// What to do to have one.
    Missing(String),
}

/// What may be fetched, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The size of the largest file, in bytes.
    pub longest: usize,
    pub hosts: Hosts,
    pub links: Links,
    /// The folder whose files tasks may name.
    pub root: Option<PathBuf>,
    /// For one attempt, from connecting to the last byte.
    pub timeout: Duration,
}

/// What becomes of images at `http` and `https` addresses, presigned ones among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Links {
    /// They are fetched, and sent as they are.
    #[default]
    Fetched,
    /// Their addresses are sent, for the model's server to fetch them.
    Passed,
}

/// A file as it came.
#[derive(Debug)]
struct Fetched {
    bytes: Vec<u8>,
    /// What its server says it is.
    content_type: Option<String>,
    /// The last part of its address; may be empty.
    name: String,
}

impl Default for Media {
    /// Fetches nothing: only what is in the tasks themselves can be used.
    fn default() -> Self {
        let options = Options {
            longest: 0,
            hosts: Hosts::Public,
            links: Links::Fetched,
            root: None,
            timeout: Duration::ZERO,
        };
        Self::new(Access::Missing("there is no Label Studio here".to_owned()), None, options)
    }
}

impl Media {
    /// Puts it together; fetches nothing yet. `web` sends to hosts that tasks name, so it must have no keys.
    pub fn new(access: Access, web: Option<Transport>, options: Options) -> Self {
        let (fetches, scalings) = (Semaphore::new(MOST_FETCHES), Semaphore::new(MOST_SCALINGS));
        Self { access, web, options, fetches, scalings }
    }

    /// Returns the task with the texts in place of their addresses, for tags whose data are addresses; `None` where
    /// the task is already as it is shown.
    pub async fn shown(&self, form: &Form, task: &Task) -> Result<Option<Task>, MediaError> {
        let mut shown: Option<Task> = None;
        let mut fields = Vec::new();
        for field in std::iter::once(&form.input).chain(&form.objects).filter_map(|object| object.address()) {
            let Ok(Value::String(address)) = field.require(&task.data) else { continue };
            if fields.contains(&field) {
                continue;
            }
            fields.push(field);
            let text = self.text(address, task.id).await.map_err(|error| about("text", address, error))?;
            // A key that is the whole path goes before the steps of the path.
            let shown = shown.get_or_insert_with(|| task.clone());
            shown.data.insert(field.as_str().to_owned(), Value::String(text));
        }
        Ok(shown)
    }

    /// Returns the request with images and documents in place of their addresses: what is sent.
    pub async fn load<'a>(
        &self,
        request: &'a ChatRequest,
        task: TaskId,
    ) -> Result<Cow<'a, ChatRequest>, MediaError> {
        let size = request.parameters.image_size;
        if !request.messages.iter().flat_map(|message| &message.parts).any(is_open) {
            return Ok(Cow::Borrowed(request));
        }
        let mut loaded = request.clone();
        let parts = loaded.messages.iter_mut().flat_map(|message| &mut message.parts);
        let open = parts.filter(|part| is_open(part));
        try_join_all(open.map(|part| self.fill(part, size, task))).await?;
        Ok(Cow::Owned(loaded))
    }

    /// Returns why an image or a document cannot be used that is in the task itself or in the folder; what is elsewhere
    /// is not looked at.
    pub async fn check(&self, messages: &[Message], task: TaskId) -> Result<(), MediaError> {
        let parts = messages.iter().flat_map(|message| &message.parts);
        for part in parts.filter(|part| self.is_at_hand(part, task)) {
            self.fill(&mut part.clone(), None, task).await?;
        }
        Ok(())
    }

    /// Returns whether a part is not to be fetched over the network, also where it names nothing.
    fn is_at_hand(&self, part: &Part, task: TaskId) -> bool {
        match part {
            Part::Text(_) | Part::Document(Document::Inline { .. }) => false,
            Part::Image(Image::Inline { .. }) => true,
            Part::Image(Image::Url(address) | Image::Stored(address))
            | Part::Document(Document::Stored(address)) => {
                self.place(address, task).map_or(true, |place| matches!(place, Place::Disk(_)))
            }
        }
    }

    /// Puts what a part refers to into it.
    async fn fill(&self, part: &mut Part, size: Option<u32>, task: TaskId) -> Result<(), MediaError> {
        match part {
            Part::Text(_) => {}
            Part::Image(image) => *image = self.image(image, size, task).await?,
            Part::Document(document) => {
                if let Document::Stored(address) = document {
                    let fetched = self.document(address, task).await;
                    *document = fetched.map_err(|error| about("document", address, error))?;
                }
            }
        }
        Ok(())
    }

    async fn image(&self, image: &Image, size: Option<u32>, task: TaskId) -> Result<Image, MediaError> {
        match image {
            Image::Url(address) | Image::Stored(address) => {
                let fetched = match self.linked(address, task).await {
                    Ok(Some(url)) => return Ok(Image::Url(url)),
                    Ok(None) => self.fetch(address, task).await,
                    Err(error) => Err(error),
                };
                match fetched {
                    Ok(Fetched { bytes, .. }) => self.scaled(bytes, size).await,
                    Err(error) => Err(error),
                }
                .map_err(|error| about("image", address, error))
            }
            Image::Inline { media_type, base64 } => {
                let bytes = STANDARD.decode(base64).map_err(|error| {
                    MediaError::Unusable(format!("the image of type `{media_type}` is no base64: {error}"))
                })?;
                let scaled = self.scaled(bytes, size).await;
                scaled.map_err(|error| about("image", &format!("data:{media_type}"), error))
            }
        }
    }

    /// Returns the URL that is sent in place of an image, where that is asked for and the image is on the web, or
    /// Label Studio makes such a URL of its storage's.
    async fn linked(&self, address: &str, task: TaskId) -> Result<Option<String>, MediaError> {
        if self.options.links == Links::Fetched {
            return Ok(None);
        }
        let route = match self.place(address, task)? {
            // A name or password is for the host of the image, not for the model's server.
            Place::Web(url) if !url.username().is_empty() || url.password().is_some() => return Ok(None),
            Place::Web(_) => return Ok(Some(address.to_owned())),
            Place::Studio(route) if is_object(&route) => route,
            Place::Studio(_) | Place::Disk(_) => return Ok(None),
        };
        let _turn = self.turn().await?;
        match self.file(&route).await? {
            File::Elsewhere(url) => Ok(Some(url.into())),
            File::Content(_) => Ok(None),
        }
    }

    async fn document(&self, address: &str, task: TaskId) -> Result<Document, MediaError> {
        let Fetched { bytes, name, .. } = self.fetch(address, task).await?;
        if infer::get(&bytes).map(|kind| kind.mime_type()) != Some("application/pdf") {
            let found = image::describe(&bytes);
            return Err(MediaError::Unusable(format!("expected a PDF file, found {found}")));
        }
        let name = if name.is_empty() { "document.pdf".to_owned() } else { name };
        Ok(Document::Inline { name, base64: STANDARD.encode(bytes) })
    }

    async fn text(&self, address: &str, task: TaskId) -> Result<String, MediaError> {
        let Fetched { bytes, content_type, .. } = self.fetch(address, task).await?;
        text::decoded(&bytes, content_type.as_deref()).map_err(MediaError::Unusable)
    }

    /// Checks what an image is, and scales it down where that is asked for.
    async fn scaled(&self, bytes: Vec<u8>, size: Option<u32>) -> Result<Image, MediaError> {
        let media_type = image::media_type(&bytes).map_err(MediaError::Unusable)?;
        let Some(size) = size else {
            return Ok(Image::Inline { media_type: media_type.to_owned(), base64: STANDARD.encode(bytes) });
        };
        let _turn = self.scalings.acquire().await.map_err(|_| MediaError::Stopped)?;
        let scaled = tokio::task::spawn_blocking(move || {
            let (media_type, bytes) = image::scaled(bytes, media_type, size)?;
            Ok(Image::Inline { media_type: media_type.to_owned(), base64: STANDARD.encode(bytes) })
        });
        match scaled.await {
            Ok(scaled) => scaled.map_err(MediaError::Unusable),
            Err(error) => Err(MediaError::Unusable(format!("it cannot be scaled down: {error}"))),
        }
    }

    /// Fetches what an address of a task leads to.
    async fn fetch(&self, address: &str, task: TaskId) -> Result<Fetched, MediaError> {
        let place = self.place(address, task)?;
        let _turn = self.turn().await?;
        let fetched = match place {
            Place::Disk(path) => folder::read(path, self.options.longest).await?,
            Place::Web(url) => self.web(url).await?,
            Place::Studio(route) => match self.file(&route).await? {
                File::Elsewhere(url) => self.web(url).await?,
                File::Content(reply) => Fetched::new(reply, &route),
            },
        };
        if fetched.bytes.is_empty() {
            return Err(MediaError::Unusable("the file is empty".to_owned()));
        }
        Ok(fetched)
    }

    /// Says where an address leads.
    fn place(&self, address: &str, task: TaskId) -> Result<Place, MediaError> {
        let studio = match &self.access {
            Access::Given { studio, .. } => Some(&studio.address),
            Access::Missing(_) => None,
        };
        let place = place::of(address, studio, self.options.root.as_deref()).and_then(|place| match place {
            place::Named::Place(place) => Ok(place),
            place::Named::InStudio => Err(match &self.access {
                Access::Missing(cure) => format!("it is a file inside Label Studio; {cure}"),
                Access::Given { .. } => "it is no address of a file in Label Studio".to_owned(),
            }),
            place::Named::InStorage(uri) => match &self.access {
                Access::Missing(cure) => {
                    Err(format!("it is in a storage, which Label Studio knows the way to; {cure}"))
                }
                Access::Given { project, .. } => {
                    storage_route(&uri, task, *project).map(Place::Studio).ok_or_else(|| {
                        "it is in a storage; set `LABEL_STUDIO_PROJECT_ID` to the project that has it"
                            .to_owned()
                    })
                }
            },
        });
        place.map_err(MediaError::Unusable)
    }

    async fn file(&self, route: &str) -> Result<File, MediaError> {
        match &self.access {
            Access::Given { studio, .. } => {
                let file = studio.file(route, self.options.longest).await;
                file.map_err(|error| inside(error, route, self.options.longest))
            }
            Access::Missing(cure) => Err(MediaError::Unusable(cure.clone())),
        }
    }

    async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, MediaError> {
        // It is never closed.
        self.fetches.acquire().await.map_err(|_| MediaError::Stopped)
    }
}

/// Returns whether a part is perhaps not yet as it is to be sent: what a task says of an image may be wrong.
fn is_open(part: &Part) -> bool {
    match part {
        Part::Text(_) | Part::Document(Document::Inline { .. }) => false,
        Part::Image(_) | Part::Document(Document::Stored(_)) => true,
    }
}

/// Returns the last part of a path, without a query.
fn last_part(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}
