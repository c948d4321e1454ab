//! Predictions: posting them in bulk and singly, finding and deleting them.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::client::{Request, Studio};
use super::error::StudioError;
use super::query::{Filter, IDS_PER_REQUEST, Join};
use super::tasks::{Fields, Listing};
use super::upload::Upload;
use crate::label::task::StoredPrediction;

#[derive(Debug, Deserialize)]
struct Created {
    created: u64,
}

/// A bulk import goes through all tasks of the project, however few predictions it brings.
const IMPORT_TIMEOUT: Duration = Duration::from_secs(300);

impl Studio {
    /// Posts predictions in one call and returns how many Label Studio says it created: it drops those that do not fit
    /// the labeling config, and tells neither which nor why.
    ///
    /// Two such calls at once make Label Studio store rows many times over, so there must never be two.
    pub async fn import_predictions(&self, project: u64, uploads: &[&Upload]) -> Result<u64, StudioError> {
        let length: usize = uploads.iter().map(|upload| upload.body.len() + 1).sum();
        let mut body = Vec::with_capacity(length + 1);
        for upload in uploads {
            body.push(if body.is_empty() { b'[' } else { b',' });
            body.extend_from_slice(upload.body.as_bytes());
        }
        body.push(b']');
        let path = format!("api/projects/{project}/import/predictions");
        let created: Created = self.ask(&Request::post_bytes(path, body).within(IMPORT_TIMEOUT)).await?;
        Ok(created.created)
    }

    /// Posts one prediction, which Label Studio takes without looking at it.
    pub async fn create_prediction(&self, upload: &Upload) -> Result<(), StudioError> {
        let request = Request::post_bytes("api/predictions/", upload.body.clone().into_bytes());
        let reply = self.send(&request).await?;
        self.read::<serde::de::IgnoredAny>(&reply, &request).map(drop)
    }

    /// Deletes predictions by their ids; one that is gone already is no error.
    ///
    /// One after the other: some 18 ms each, while several at once wait seconds for each other's locks.
    pub async fn delete_predictions(&self, ids: impl IntoIterator<Item = u64>) -> Result<(), StudioError> {
        for id in ids {
            let request = Request::delete(format!("api/predictions/{id}/"));
            let reply = self.send(&request).await?;
            match StudioError::from_reply(&reply, &request.name(), &self.address.to_string()) {
                None | Some(StudioError::Missing { .. }) => {}
                Some(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Returns what the project holds for each of these tasks; a task that is no longer in it has no entry.
    pub async fn stored_predictions(
        &self,
        project: u64,
        tasks: &[u64],
    ) -> Result<HashMap<u64, Vec<StoredPrediction>>, StudioError> {
        let mut stored = HashMap::with_capacity(tasks.len());
        for chunk in tasks.chunks(IDS_PER_REQUEST) {
            for listed in self.among(project, chunk, Fields::Predictions).await? {
                if let Some(id) = listed.task.id.studio() {
                    stored.insert(id, listed.task.predictions);
                }
            }
        }
        Ok(stored)
    }

    /// Returns one prediction of exactly this model version, if a look at a few tasks shows any; an empty one, which tells
    /// little, only where there is no other.
    pub async fn example_of(
        &self,
        project: u64,
        version: &str,
    ) -> Result<Option<StoredPrediction>, StudioError> {
        let filters = [Filter::VersionContains(version.to_owned())];
        let listing = Listing { project, filters: &filters, join: Join::All, fields: Fields::Predictions };
        // The filter finds longer versions too, which may come first; more than so many in a row are not expected.
        let page = self.page(listing, 1, IDS_PER_REQUEST).await?;
        let predictions = page.tasks.into_iter().flat_map(|listed| listed.task.predictions);
        let of_version = predictions.filter(|stored| stored.model_version.as_deref() == Some(version));
        Ok(of_version.min_by_key(|stored| stored.result.is_empty()))
    }
}

/// Returns the ids of stored regions, in their order.
pub fn region_ids(regions: &[Value]) -> impl Iterator<Item = Option<&str>> {
    regions.iter().map(|region| region["id"].as_str())
}
