module github.com/accountgraph/accountgraph

go 1.26
