use std::borrow::Cow;
use std::sync::Arc;

use govalue::Map;
use serde_json::{Value as Json, json};

use crate::values::Tree;
use crate::{Chart, Compat, Dependency, Metadata};

/// The charts while dependencies are processed.
///
/// Helm works on pointers, and two aliases of one chart share more or less of what is beneath them, which shows in
/// the outcome: what the first alias changed, the second finds changed. Positions in these vectors are the pointers.
pub(super) struct Graph<'c> {
    pub(super) compat: Compat,
    pub(super) nodes: Vec<Node<'c>>,
    pub(super) metas: Vec<Meta<'c>>,
    pub(super) entries: Vec<Entry>,
    root: usize,
}

/// A chart.
#[derive(Clone)]
pub(super) struct Node<'c> {
    pub(super) source: Source<'c>,
    pub(super) meta: usize,
    pub(super) values: Map,
    pub(super) children: Vec<usize>,
    pub(super) parent: Option<usize>,
}

/// Where a node comes from; a subchart that nothing changed is shared with the result.
#[derive(Clone, Copy)]
pub(super) enum Source<'c> {
    Root(&'c Chart),
    Subchart(&'c Arc<Chart>),
}

impl<'c> Source<'c> {
    pub(super) fn chart(self) -> &'c Chart {
        match self {
            Source::Root(chart) => chart,
            Source::Subchart(chart) => chart,
        }
    }
}

/// What changes of a chart's metadata.
#[derive(Clone)]
pub(super) struct Meta<'c> {
    pub(super) base: &'c Metadata,
    pub(super) name: String,
    /// `None` is Go's nil slice: such a chart is not looked into at all.
    pub(super) dependencies: Option<Vec<usize>>,
}

/// An entry of `dependencies`.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) dependency: Dependency,
    pub(super) imports: Vec<Import>,
}

/// An entry of `import-values`.
#[derive(Clone)]
pub(super) enum Import {
    /// As the file has it.
    Given(Json),
    /// Already taken over: Go has changed its type, and finds no import in it the next time.
    Done { child: String, parent: String },
}

impl<'c> Graph<'c> {
    pub(super) fn new(chart: &'c Chart, compat: Compat) -> Graph<'c> {
        let mut graph = Graph { compat, nodes: Vec::new(), metas: Vec::new(), entries: Vec::new(), root: 0 };
        graph.root = graph.add(Source::Root(chart), None);
        graph
    }

    pub(super) fn root(&self) -> usize {
        self.root
    }

    fn add(&mut self, source: Source<'c>, parent: Option<usize>) -> usize {
        let chart = source.chart();
        let meta = self.add_meta(&chart.metadata);
        let node = self.nodes.len();
        self.nodes.push(Node { source, meta, values: chart.values.clone(), children: Vec::new(), parent });
        let children = chart.dependencies.iter().map(|d| self.add(Source::Subchart(d), Some(node))).collect();
        self.nodes[node].children = children;
        node
    }

    fn add_meta(&mut self, base: &'c Metadata) -> usize {
        let given = !base.dependencies.is_empty() || base.file_shape.empty_dependencies;
        let dependencies = given.then(|| {
            let entries = base.dependencies.iter().map(|d| {
                let imports = d.import_values.iter().cloned().map(Import::Given).collect();
                self.entries.push(Entry {
                    dependency: Dependency { import_values: Vec::new(), ..d.clone() },
                    imports,
                });
                self.entries.len() - 1
            });
            entries.collect()
        });
        self.metas.push(Meta { base, name: base.name.clone(), dependencies });
        self.metas.len() - 1
    }

    pub(super) fn meta(&self, node: usize) -> &Meta<'c> {
        &self.metas[self.nodes[node].meta]
    }

    pub(super) fn name(&self, node: usize) -> &str {
        &self.meta(node).name
    }

    pub(super) fn set_children(&mut self, node: usize, children: Vec<usize>) {
        for &child in &children {
            self.nodes[child].parent = Some(node);
        }
        self.nodes[node].children = children;
    }

    /// The copy of a chart that stands for one dependency entry, under its alias if it has one.
    pub(super) fn alias(&mut self, node: usize, alias: &str) -> usize {
        let mut meta = self.meta(node).clone();
        if !alias.is_empty() {
            alias.clone_into(&mut meta.name);
        }
        let mut copy = self.nodes[node].clone();
        if self.compat >= Compat::V4 {
            // Helm 3 leaves the entries and subcharts shared between the aliases of a chart.
            for entry in meta.dependencies.iter_mut().flatten() {
                self.entries.push(self.entries[*entry].clone());
                *entry = self.entries.len() - 1;
            }
        }
        self.metas.push(meta);
        copy.meta = self.metas.len() - 1;
        self.nodes.push(copy);
        let copy = self.nodes.len() - 1;
        if self.compat >= Compat::V4 {
            let children =
                self.nodes[node].children.iter().map(|&child| self.nodes[child].clone()).collect::<Vec<_>>();
            let first = self.nodes.len();
            self.nodes.extend(children);
            self.set_children(copy, (first..self.nodes.len()).collect());
        }
        copy
    }

    /// The path that Helm reports: by way of the pointers to the charts above.
    fn reported_path(&self, node: usize) -> String {
        match self.nodes[node].parent {
            Some(parent) => format!("{}/charts/{}", self.reported_path(parent), self.name(node)),
            None => self.name(node).to_owned(),
        }
    }

    /// The tree as it is now.
    pub(super) fn into_chart(self) -> Chart {
        let path = self.name(self.root).to_owned();
        let children = self.built_children(self.root, &path);
        self.built(self.root, children, None)
    }

    fn built_children(&self, node: usize, path: &str) -> Vec<Arc<Chart>> {
        let children = self.nodes[node].children.iter();
        children.map(|&child| self.subchart(child, &format!("{path}/charts/{}", self.name(child)))).collect()
    }

    fn subchart(&self, node: usize, path: &str) -> Arc<Chart> {
        let reported = self.reported_path(node);
        let reported = (reported != path).then_some(reported);
        let children = self.built_children(node, path);
        if let (Source::Subchart(source), None) = (self.nodes[node].source, &reported)
            && self.is_untouched(node, &children)
        {
            return Arc::clone(source);
        }
        Arc::new(self.built(node, children, reported))
    }

    /// Whether a subchart came out as it went in.
    fn is_untouched(&self, node: usize, children: &[Arc<Chart>]) -> bool {
        let (source, meta) = (self.nodes[node].source.chart(), self.meta(node));
        let same_children = source.dependencies.len() == children.len()
            && source.dependencies.iter().zip(children).all(|(a, b)| Arc::ptr_eq(a, b));
        same_children
            && source.metadata.name == meta.name
            && source.metadata.dependencies.is_empty()
            && meta.dependencies.is_none()
            && source.values.ptr_eq(&self.nodes[node].values)
    }

    fn built(&self, node: usize, dependencies: Vec<Arc<Chart>>, reported_path: Option<String>) -> Chart {
        let (source, meta) = (self.nodes[node].source.chart(), self.meta(node));
        let entries = meta.dependencies.iter().flatten().map(|&entry| self.entries[entry].to_dependency());
        let metadata =
            Metadata { name: meta.name.clone(), dependencies: entries.collect(), ..meta.base.clone() };
        Chart {
            metadata,
            values: self.nodes[node].values.clone(),
            dependencies,
            reported_path: reported_path.map(Arc::from),
            ..source.clone()
        }
    }
}

impl Entry {
    fn to_dependency(&self) -> Dependency {
        let imports = self.imports.iter().map(|import| match import {
            Import::Given(given) => given.clone(),
            Import::Done { child, parent } => json!({ "child": child, "parent": parent }),
        });
        Dependency { import_values: imports.collect(), ..self.dependency.clone() }
    }
}

/// A node as something to coalesce values of.
#[derive(Clone, Copy)]
pub(super) struct View<'g, 'c> {
    pub(super) graph: &'g Graph<'c>,
    pub(super) node: usize,
}

impl Tree for View<'_, '_> {
    fn chart_name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.graph.name(self.node))
    }

    fn defaults(&self) -> Map {
        self.graph.nodes[self.node].values.clone()
    }

    fn children(&self) -> Vec<Self> {
        let children = self.graph.nodes[self.node].children.iter();
        children.map(|&node| View { graph: self.graph, node }).collect()
    }
}
