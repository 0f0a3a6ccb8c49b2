// A checker that shares no code with creditbus: notes and trees are those of Go's own checksum database.
//
//	checker prove KEY PROOF        checks a file of `creditbus feed prove`
//	checker consistent FILE        checks {"old_size", "old_root", "size", "root", "proof"}
//	checker sign SECRET TEXT       signs a text with a key file of `creditbus feed keys`
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"crypto/sha256"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proofFile struct {
	Partition uint32   `json:"partition"`
	Sequence  uint64   `json:"feed_seq"`
	Key       *string  `json:"key"`
	Value     string   `json:"value"`
	Index     int64    `json:"index"`
	Proof     []string `json:"proof"`
	Manifest  struct {
		Feed       string `json:"feed"`
		Checkpoint string `json:"checkpoint"`
	} `json:"manifest"`
}

type consistency struct {
	OldSize int64    `json:"old_size"`
	OldRoot string   `json:"old_root"`
	Size    int64    `json:"size"`
	Root    string   `json:"root"`
	Proof   []string `json:"proof"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	content, err := os.ReadFile(args[len(args)-1])
	if err != nil {
		return err
	}
	switch args[0] {
	case "prove":
		return prove(args[1], content)
	case "consistent":
		return consistent(content)
	case "sign":
		return sign(args[1], string(content))
	}
	return errors.New("no such check")
}

func prove(key string, content []byte) error {
	var file proofFile
	if err := json.Unmarshal(content, &file); err != nil {
		return err
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	opened, err := note.Open([]byte(file.Manifest.Checkpoint), note.VerifierList(verifier))
	if err != nil {
		return err
	}
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	if !strings.HasPrefix(origin, "creditbus/"+file.Manifest.Feed+"/") {
		return errors.New("the checkpoint is of another feed")
	}
	// ParseTree knows one origin alone, that of Go's database
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	if err != nil {
		return err
	}
	leaf, err := leafOf(file)
	if err != nil {
		return err
	}
	hashes, err := hashesOf(file.Proof)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(tlog.RecordProof(hashes), tree.N, tree.Hash, file.Index, tlog.RecordHash(leaf)); err != nil {
		return err
	}
	fmt.Println("proved", origin, file.Partition, file.Sequence)
	return nil
}

// leafOf follows docs/adr/0036-feed-manifests.md.
func leafOf(file proofFile) ([]byte, error) {
	value, err := base64.StdEncoding.DecodeString(file.Value)
	if err != nil {
		return nil, err
	}
	leaf := []byte("creditbus feed record 1\n")
	leaf = binary.BigEndian.AppendUint16(leaf, uint16(len(file.Manifest.Feed)))
	leaf = append(leaf, file.Manifest.Feed...)
	leaf = binary.BigEndian.AppendUint32(leaf, file.Partition)
	leaf = binary.BigEndian.AppendUint64(leaf, file.Sequence)
	if file.Key == nil {
		leaf = binary.BigEndian.AppendUint32(leaf, 0xffffffff)
	} else {
		key, err := base64.StdEncoding.DecodeString(*file.Key)
		if err != nil {
			return nil, err
		}
		leaf = binary.BigEndian.AppendUint32(leaf, uint32(len(key)))
		leaf = append(leaf, key...)
	}
	hash := sha256.Sum256(value)
	return append(leaf, hash[:]...), nil
}

func consistent(content []byte) error {
	var file consistency
	if err := json.Unmarshal(content, &file); err != nil {
		return err
	}
	hashes, err := hashesOf(append([]string{file.OldRoot, file.Root}, file.Proof...))
	if err != nil {
		return err
	}
	return tlog.CheckTree(tlog.TreeProof(hashes[2:]), file.Size, hashes[1], file.OldSize, hashes[0])
}

func sign(path string, text string) error {
	secret, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(secret)))
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(signed)
	return err
}

func hashesOf(texts []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, text := range texts {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}
