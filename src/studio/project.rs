//! Projects: what a run needs to know of one, and which predictions it shows to annotators.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::client::{Request, Studio};
use super::error::StudioError;

/// A project, as far as a run needs it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Project {
    pub id: u64,
    pub title: String,
    /// The XML of its labeling config.
    pub label_config: String,
    /// The version whose predictions annotators see; empty or `None` for none.
    pub model_version: Option<String>,
    #[serde(default, deserialize_with = "zero_for_null")]
    pub task_number: u64,
}

/// Projects as a listing names them.
#[derive(Debug, Deserialize)]
struct Projects {
    count: u64,
    results: Vec<Titled>,
}

#[derive(Debug, Deserialize)]
struct Titled {
    id: u64,
    title: String,
}

#[derive(Debug, Deserialize)]
struct Shown {
    model_version: Option<String>,
}

/// So many projects are named to somebody who asked for a missing one.
const NAMED_PROJECTS: usize = 10;

impl Studio {
    /// Fetches a project; one that is missing is told apart, with those that exist.
    pub async fn project(&self, id: u64) -> Result<Project, StudioError> {
        let fields = "id,title,label_config,model_version,task_number";
        match self.ask(&Request::get(format!("api/projects/{id}/?include={fields}"))).await {
            Err(StudioError::Missing { .. }) => Err(self.missing_project(id).await?),
            answer => answer,
        }
    }

    /// Returns the model version whose predictions annotators see, or nothing.
    pub async fn shown_version(&self, project: u64) -> Result<Option<String>, StudioError> {
        let shown: Shown =
            self.ask(&Request::get(format!("api/projects/{project}/?include=id,model_version"))).await?;
        Ok(shown.model_version.filter(|version| !version.is_empty()))
    }

    /// Shows annotators the predictions of this version; Label Studio refuses one that has no prediction yet.
    pub async fn show_version(&self, project: u64, version: &str) -> Result<(), StudioError> {
        let request =
            Request::patch(format!("api/projects/{project}/"), &json!({ "model_version": version }));
        let reply = self.send(&request).await?;
        self.read::<serde::de::IgnoredAny>(&reply, &request).map(drop)
    }

    /// Returns how many predictions the project holds of each model version.
    pub async fn version_counts(&self, project: u64) -> Result<BTreeMap<String, u64>, StudioError> {
        self.ask(&Request::get(format!("api/projects/{project}/model-versions/"))).await
    }

    async fn missing_project(&self, id: u64) -> Result<StudioError, StudioError> {
        let path = format!("api/projects/?page=1&page_size={NAMED_PROJECTS}&include=id,title");
        let found: Projects = self.ask(&Request::get(path)).await?;
        let named = found.results.iter().map(|project| format!("{} `{}`", project.id, project.title));
        let named = named.collect::<Vec<_>>().join(", ");
        let seen = match found.count {
            0 => "it sees no project at all: is it the right user's key?".to_owned(),
            1 => format!("it sees one project: {named}"),
            count if count <= NAMED_PROJECTS as u64 => format!("it sees {count} projects: {named}"),
            count => format!("it sees {count} projects, among them {named}"),
        };
        Ok(StudioError::Project(format!(
            "there is no project {id} at `{}`, or the key may not see it; {seen}",
            self.address
        )))
    }
}

fn zero_for_null<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
