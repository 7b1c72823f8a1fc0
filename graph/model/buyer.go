package model

// Buyer is a legal entity that buys for an account.
type Buyer struct {
	Entity
	Name         *string
	Status       BuyerStatus
	VendorStatus *string
	Contact      *Contact
	ExternalIds  *BuyerExternalIds
	Icon         *string
	Address      *Address
	TaxID        *string
	// Account and Sellers can be short references. Sellers and Errors are nil where the
	// vendor hides them.
	Account *Account
	Sellers []*Seller
	Errors  []*BuyerError
	Audit   *Audit
}

// IsEntity marks a type that a gateway can reference.
func (Buyer) IsEntity() {}

// BuyerStatus is a buyer's status in upper snake case.
type BuyerStatus string

// The values of BuyerStatus.
const (
	BuyerActive     BuyerStatus = "ACTIVE"
	BuyerEnabled    BuyerStatus = "ENABLED"
	BuyerDisabled   BuyerStatus = "DISABLED"
	BuyerDeleted    BuyerStatus = "DELETED"
	BuyerUnassigned BuyerStatus = "UNASSIGNED"
	BuyerConflict   BuyerStatus = "CONFLICT"
	BuyerMismatch   BuyerStatus = "MISMATCH"
	BuyerOther      BuyerStatus = "OTHER"
)

// Contact is the contact person of a buyer.
type Contact struct {
	Name, FirstName, LastName, Email *string
	Phone                            *Phone
	// User can be a short reference.
	User *User
	Type *string
}

// BuyerExternalIds are a buyer's ids in other systems.
type BuyerExternalIds struct{ ErpCompanyContact, ErpCustomer, AccountExternalID *string }

// BuyerError is an error in a buyer's data.
type BuyerError struct{ Code, Message *string }

// Seller is a company that sells to buyers of its region.
type Seller struct {
	Entity
	Name, ExternalID *string
	Status           SellerStatus
	VendorStatus     *string
	Icon             *string
	Currencies       []string
	Address          *Address
}

// IsEntity marks a type that a gateway can reference.
func (Seller) IsEntity() {}

// SellerStatus is a seller's status in upper snake case.
type SellerStatus string

// The values of SellerStatus.
const (
	SellerActive   SellerStatus = "ACTIVE"
	SellerDisabled SellerStatus = "DISABLED"
	SellerOffline  SellerStatus = "OFFLINE"
	SellerDeleted  SellerStatus = "DELETED"
	SellerOther    SellerStatus = "OTHER"
)
