//! Views: filters that people stored in the Data Manager.

use serde::Deserialize;
use serde_json::Value;

use super::client::{Request, Studio};
use super::error::StudioError;
use super::query::{Filter, Join};

/// The filters of a view. Its ordering and its ticked tasks play no part: a run takes what the filters show.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub id: u64,
    pub filters: Vec<Filter>,
    pub join: Join,
}

#[derive(Debug, Deserialize)]
struct Stored {
    id: u64,
    project: u64,
    #[serde(default)]
    data: Value,
}

impl Studio {
    /// Fetches the filters of a view of this project.
    ///
    /// They have to be sent again with each page, because Label Studio ignores a query beside a view.
    pub async fn view(&self, project: u64, id: u64) -> Result<View, StudioError> {
        let stored: Stored = match self.ask(&Request::get(format!("api/dm/views/{id}"))).await {
            Err(StudioError::Missing { .. }) => return Err(self.missing_view(project, id).await?),
            answer => answer?,
        };
        if stored.project != project {
            return Err(StudioError::Selection(format!(
                "view {id} belongs to project {}, not to project {project}; {}",
                stored.project,
                self.views(project).await?
            )));
        }
        let filters = &stored.data["filters"];
        let items: Vec<Filter> =
            filters["items"].as_array().into_iter().flatten().cloned().map(Filter::Stored).collect();
        let join = match filters["conjunction"].as_str() {
            Some("or") if 1 < items.len() => Join::Any,
            _ => Join::All,
        };
        Ok(View { id: stored.id, filters: items, join })
    }

    async fn missing_view(&self, project: u64, id: u64) -> Result<StudioError, StudioError> {
        let views = self.views(project).await?;
        Ok(StudioError::Selection(format!("there is no view {id} at `{}`; {views}", self.address)))
    }

    /// Says which views the project has.
    async fn views(&self, project: u64) -> Result<String, StudioError> {
        let found: Vec<Stored> = self.ask(&Request::get(format!("api/dm/views/?project={project}"))).await?;
        let named = found.iter().map(|view| match view.data["title"].as_str() {
            Some(title) => format!("{} `{title}`", view.id),
            None => view.id.to_string(),
        });
        let named = named.collect::<Vec<_>>().join(", ");
        Ok(match named.as_str() {
            "" => format!("project {project} has no views"),
            named => {
                format!("project {project} has {named}; the number is `tab` in the Data Manager's address")
            }
        })
    }
}
